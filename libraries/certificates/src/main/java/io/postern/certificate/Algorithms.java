package io.postern.certificate;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * The keys and signatures that are strong enough: RSA of 2048 bits, elliptic curves of 256 bits and
 * more; SHA-2 signatures. All others are refused. Stateless, any thread.
 */
public final class Algorithms {
  public static final int MIN_RSA_BITS = 2048;
  public static final int MIN_EC_BITS = 256;

  /** Larger keys cost milliseconds for each signature and are in no use. */
  public static final int MAX_RSA_BITS = 8192;

  private static final Map<ASN1ObjectIdentifier, String> WEAK_SIGNATURES =
      Map.of(
          PKCSObjectIdentifiers.md2WithRSAEncryption, "MD2 with RSA",
          PKCSObjectIdentifiers.md5WithRSAEncryption, "MD5 with RSA",
          PKCSObjectIdentifiers.sha1WithRSAEncryption, "SHA-1 with RSA",
          OIWObjectIdentifiers.sha1WithRSA, "SHA-1 with RSA",
          X9ObjectIdentifiers.ecdsa_with_SHA1, "SHA-1 with ECDSA",
          X9ObjectIdentifiers.id_dsa_with_sha1, "SHA-1 with DSA");

  private static final Set<ASN1ObjectIdentifier> STRONG_SIGNATURES =
      Set.of(
          PKCSObjectIdentifiers.sha256WithRSAEncryption,
          PKCSObjectIdentifiers.sha384WithRSAEncryption,
          PKCSObjectIdentifiers.sha512WithRSAEncryption,
          X9ObjectIdentifiers.ecdsa_with_SHA256,
          X9ObjectIdentifiers.ecdsa_with_SHA384,
          X9ObjectIdentifiers.ecdsa_with_SHA512,
          EdECObjectIdentifiers.id_Ed25519,
          EdECObjectIdentifiers.id_Ed448);

  private static final Set<ASN1ObjectIdentifier> STRONG_DIGESTS =
      Set.of(
          NISTObjectIdentifiers.id_sha256,
          NISTObjectIdentifiers.id_sha384,
          NISTObjectIdentifiers.id_sha512);

  private Algorithms() {}

  /** Why a signature by this algorithm proves nothing; null: it does. */
  public static @Nullable String weakSignature(AlgorithmIdentifier algorithm) {
    ASN1ObjectIdentifier oid = algorithm.getAlgorithm();
    if (STRONG_SIGNATURES.contains(oid)) {
      return null;
    }
    if (PKCSObjectIdentifiers.id_RSASSA_PSS.equals(oid)) {
      return weakPss(algorithm);
    }
    String weak = WEAK_SIGNATURES.get(oid);
    return weak != null
        ? "signed by " + weak
        : "signed by an algorithm that is not accepted (" + oid + ")";
  }

  // RFC 4055 §3.1: without a digest named, SHA-1.
  private static @Nullable String weakPss(AlgorithmIdentifier algorithm) {
    ASN1ObjectIdentifier digest =
        RSASSAPSSparams.getInstance(algorithm.getParameters()).getHashAlgorithm().getAlgorithm();
    return STRONG_DIGESTS.contains(digest)
        ? null
        : "signed by RSASSA-PSS with a weak digest (" + digest + ")";
  }

  /** Why this key protects nothing; null: it does. */
  public static @Nullable String weakKey(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa when rsa.getModulus().bitLength() < MIN_RSA_BITS ->
          "an RSA key of " + rsa.getModulus().bitLength() + " bits, at least 2048 are required";
      case RSAPublicKey _ -> null;
      case ECPublicKey ec when ec.getParams().getCurve().getField().getFieldSize() < MIN_EC_BITS ->
          "an elliptic curve of fewer than 256 bits";
      case ECPublicKey _, EdECPublicKey _ -> null;
      default -> "a key of the type " + key.getAlgorithm() + ", which is not accepted";
    };
  }
}
