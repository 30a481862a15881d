package io.postern.dns.dane;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** Certificates, keys and digests of TLSA records. Stateless. */
final class Associations {
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private Associations() {}

  static byte[] digest(int matchingType, byte[] data) {
    return switch (matchingType) {
      case Tlsa.FULL -> data;
      case Tlsa.SHA_256 -> digest("SHA-256", data);
      case Tlsa.SHA_512 -> digest("SHA-512", data);
      default -> throw new IllegalArgumentException("matching type " + matchingType);
    };
  }

  private static byte[] digest(String algorithm, byte[] data) {
    try {
      return MessageDigest.getInstance(algorithm).digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // each Java platform has both
    }
  }

  /**
   * The SubjectPublicKeyInfo of a certificate in DER. Nothing else of it is read: a key counts
   * whatever the names and times are (RFC 7671 §5.1), and parsers refuse empty names.
   *
   * @throws IllegalArgumentException it is none
   */
  static byte[] publicKeyOf(byte[] certificate) {
    try {
      ASN1Sequence toBeSigned =
          ASN1Sequence.getInstance(ASN1Sequence.getInstance(certificate).getObjectAt(0));
      boolean hasVersion = toBeSigned.getObjectAt(0) instanceof ASN1TaggedObject;
      // RFC 5280 §4.1: the serial number, signature, issuer, validity and subject stand before it.
      return SubjectPublicKeyInfo.getInstance(toBeSigned.getObjectAt(hasVersion ? 6 : 5))
          .getEncoded(ASN1Encoding.DER);
    } catch (IOException | RuntimeException e) {
      // Hostile bytes reach the parser, which answers them with unchecked exceptions too.
      throw new IllegalArgumentException("no public key", e);
    }
  }

  /** Whether it is a certificate, or else a SubjectPublicKeyInfo. */
  static boolean isReadable(boolean certificate, byte[] der) {
    try {
      return certificate
          ? publicKeyOf(der).length > 0
          : SubjectPublicKeyInfo.getInstance(der) != null;
    } catch (RuntimeException e) {
      return false; // data of a stranger; the parser has a NullPointerException for no data
    }
  }

  /** Null: it is none that the JDK reads. */
  static @Nullable X509Certificate certificate(byte[] der) {
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(der);
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      return in.available() == 0 ? certificate : null;
    } catch (CertificateException e) {
      return null; // data of a stranger: the record is unusable
    }
  }

  /** Null: it is none of an algorithm that is known. */
  static @Nullable PublicKey publicKey(byte[] der) {
    X509EncodedKeySpec specification = new X509EncodedKeySpec(der);
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(specification);
      } catch (GeneralSecurityException e) {
        // Of another algorithm, or no key.
      }
    }
    return null;
  }
}
