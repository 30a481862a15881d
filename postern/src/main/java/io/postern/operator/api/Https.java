package io.postern.operator.api;

import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Clients for the services' HTTP: TLS 1.2 or newer where the address says https, and the server's
 * name is always looked for in its certificate.
 */
public final class Https {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  private Https() {}

  /** Trusts whom Java trusts. */
  public static HttpClient client() {
    return HttpClient.newBuilder().connectTimeout(CONNECT).build();
  }

  /**
   * Trusts the authority and nobody else.
   *
   * @param authority PEM file of its root, or of several
   * @throws IOException the file cannot be read
   * @throws GeneralSecurityException it has no certificate
   */
  public static HttpClient client(Path authority) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (X509Certificate root : PemFile.certificates(authority)) {
      trusted.setCertificateEntry("root-" + trusted.size(), root);
    }
    if (trusted.size() == 0) {
      throw new GeneralSecurityException("no certificate");
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().connectTimeout(CONNECT).sslContext(tls).build();
  }
}
