package io.postern.certificate.revocation.ocsp;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.HttpFetch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.ocsp.TBSRequest;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * A question to a responder: the status of the certificate with this serial number by this issuer
 * (RFC 6960 §4.1). Asked with SHA-1 names, which every responder knows (RFC 5019 §2.1.1) and which
 * protect nothing; understood with SHA-2 names too. Immutable.
 *
 * @param certificate SHA-256 of it; empty: only its number is known
 * @param issuerName as it stands in the certificate
 */
public record OcspQuestion(
    byte[] certificate, byte[] issuerName, ParsedCertificate issuer, BigInteger serial) {
  private static final int NONCE_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Map<ASN1ObjectIdentifier, String> DIGESTS =
      Map.of(
          OIWObjectIdentifiers.idSHA1, "SHA-1",
          NISTObjectIdentifiers.id_sha256, "SHA-256",
          NISTObjectIdentifiers.id_sha384, "SHA-384",
          NISTObjectIdentifiers.id_sha512, "SHA-512");

  public static OcspQuestion about(ParsedCertificate certificate, ParsedCertificate issuer) {
    try {
      return new OcspQuestion(
          certificate.fingerprint(),
          certificate.holder().getIssuer().getEncoded(),
          issuer,
          certificate.x509().getSerialNumber());
    } catch (IOException e) {
      throw new UncheckedIOException("a name that was read can be written", e);
    }
  }

  /** A new nonce, for one request. */
  public static byte[] nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return nonce;
  }

  /** The request as it is posted (RFC 6960 §A.1). */
  public HttpFetch.Request post(byte[] nonce) {
    return new HttpFetch.Request(
        "application/ocsp-response",
        "application/ocsp-request",
        request(nonce),
        OcspAnswer.MOST_BYTES);
  }

  /**
   * The request.
   *
   * @param nonce that an answer made for us repeats (RFC 9654); empty: none
   */
  byte[] request(byte[] nonce) {
    AlgorithmIdentifier sha1 =
        new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE);
    CertID id =
        new CertID(
            sha1,
            new DEROctetString(digest("SHA-1", issuerName)),
            new DEROctetString(digest("SHA-1", key())),
            new ASN1Integer(serial));
    try {
      Extensions extensions =
          nonce.length == 0
              ? null
              : new Extensions(
                  new Extension(
                      OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                      false,
                      new DEROctetString(nonce).getEncoded()));
      TBSRequest asked = new TBSRequest(null, new DERSequence(new Request(id, null)), extensions);
      return new OCSPRequest(asked, null).getEncoded("DER");
    } catch (IOException e) {
      throw new UncheckedIOException("a request can be written", e);
    }
  }

  /** Whether an answer is about this certificate. */
  boolean isAbout(CertID id) {
    String digest = DIGESTS.get(id.getHashAlgorithm().getAlgorithm());
    return digest != null
        && id.getSerialNumber().getValue().equals(serial)
        && MessageDigest.isEqual(id.getIssuerNameHash().getOctets(), digest(digest, issuerName))
        && MessageDigest.isEqual(id.getIssuerKeyHash().getOctets(), digest(digest, key()));
  }

  private byte[] key() {
    return keyOf(issuer.holder());
  }

  /** The bits of a certificate's key, without their algorithm. */
  static byte[] keyOf(X509CertificateHolder certificate) {
    return certificate.getSubjectPublicKeyInfo().getPublicKeyData().getBytes();
  }

  static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }
}
