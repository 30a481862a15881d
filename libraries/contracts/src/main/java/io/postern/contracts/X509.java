package io.postern.contracts;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Certificates of RFC 5280 in DER. */
public final class X509 {
  private X509() {}

  /** As the JDK reads it; octets after its end are ignored. Nothing of it is validated. */
  public static X509Certificate certificate(byte[] der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }
}
