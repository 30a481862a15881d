package io.postern.certificate;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.X509;
import io.postern.contracts.v1.VerdictReason;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.asn1.x509.PolicyMappings;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that both parsers accept (the JDK's and Bouncy Castle's) and whose extensions are
 * all readable. The JDK alone sets a non-critical extension that it cannot read aside, so that a
 * broken key usage would be no restriction at all.
 *
 * <p>Immutable, any thread. Equal when the DER is equal.
 */
public final class ParsedCertificate {
  private static final int MAX_SUBJECT = 200;
  private static final int NO_CA = -1;

  /** RFC 7633 §4.2.1. */
  private static final ASN1ObjectIdentifier TLS_FEATURE =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24");

  /** RFC 6066 §8. */
  private static final int STATUS_REQUEST = 5;

  // RFC 5480 §2.1.1: named curves; the JDK has these three.
  private static final List<ASN1ObjectIdentifier> CURVES =
      List.of(
          X9ObjectIdentifiers.prime256v1,
          SECObjectIdentifiers.secp384r1,
          SECObjectIdentifiers.secp521r1);

  private static final Map<ASN1ObjectIdentifier, Consumer<ASN1Encodable>> READERS =
      Map.ofEntries(
          Map.entry(Extension.keyUsage, ASN1BitString::getInstance),
          Map.entry(Extension.basicConstraints, BasicConstraints::getInstance),
          Map.entry(Extension.subjectAlternativeName, GeneralNames::getInstance),
          Map.entry(Extension.nameConstraints, NameConstraints::getInstance),
          Map.entry(Extension.extendedKeyUsage, ExtendedKeyUsage::getInstance),
          Map.entry(Extension.cRLDistributionPoints, ParsedCertificate::readDistributionPoints),
          Map.entry(Extension.freshestCRL, ParsedCertificate::readDistributionPoints),
          Map.entry(Extension.certificatePolicies, CertificatePolicies::getInstance),
          Map.entry(Extension.policyMappings, PolicyMappings::getInstance),
          Map.entry(Extension.policyConstraints, PolicyConstraints::getInstance),
          Map.entry(Extension.authorityInfoAccess, AuthorityInformationAccess::getInstance),
          Map.entry(TLS_FEATURE, ParsedCertificate::readFeatures));

  private final byte[] der;
  private final byte[] fingerprint;
  private final X509Certificate x509;
  private final X509CertificateHolder holder;

  private ParsedCertificate(byte[] der, X509Certificate x509, X509CertificateHolder holder) {
    this.der = der;
    this.fingerprint = Fingerprints.sha256(der);
    this.x509 = x509;
    this.holder = holder;
  }

  /**
   * @param der one certificate and nothing behind it; not copied, must not be changed
   * @throws UnusableCertificateException for anything else
   */
  public static ParsedCertificate parse(byte[] der) throws UnusableCertificateException {
    try {
      X509CertificateHolder holder = new X509CertificateHolder(der);
      checkStructure(holder);
      checkKey(holder.getSubjectPublicKeyInfo().getAlgorithm());
      X509Certificate x509 = X509.certificate(der);
      if (!Arrays.equals(x509.getEncoded(), der)) {
        throw malformed("it is not in DER");
      }
      ParsedCertificate parsed = new ParsedCertificate(der, x509, holder);
      parsed.readEagerly();
      return parsed;
    } catch (IOException | CertificateException | RuntimeException e) {
      // Both parsers answer hostile bytes with unchecked exceptions too.
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Those of the certificates that are usable, in their order.
   *
   * @param ders see {@link #parse}
   * @param leftOut called for each of the others
   */
  public static List<ParsedCertificate> usable(
      List<byte[]> ders, Consumer<UnusableCertificateException> leftOut) {
    List<ParsedCertificate> usable = new ArrayList<>();
    for (byte[] der : ders) {
      try {
        usable.add(parse(der));
      } catch (UnusableCertificateException e) {
        leftOut.accept(e);
      }
    }
    return usable;
  }

  private static void checkStructure(X509CertificateHolder holder)
      throws UnusableCertificateException {
    // RFC 5280 §4.1.1.2
    if (!holder
        .getSignatureAlgorithm()
        .equals(holder.toASN1Structure().getTBSCertificate().getSignature())) {
      throw malformed("its two signature algorithms differ");
    }
    Extensions extensions = holder.getExtensions();
    if (extensions == null) {
      return;
    }
    for (ASN1ObjectIdentifier oid : extensions.getExtensionOIDs()) {
      Consumer<ASN1Encodable> reader = READERS.get(oid);
      if (reader != null) {
        reader.accept(extensions.getExtension(oid).getParsedValue());
      }
    }
  }

  private static void readDistributionPoints(ASN1Encodable value) {
    for (DistributionPoint point : CRLDistPoint.getInstance(value).getDistributionPoints()) {
      DistributionPointName name = point.getDistributionPoint();
      if (name != null && name.getType() != DistributionPointName.FULL_NAME) {
        RDN.getInstance(name.getName());
      }
    }
  }

  private static void readFeatures(ASN1Encodable value) {
    for (ASN1Encodable number : ASN1Sequence.getInstance(value)) {
      ASN1Integer.getInstance(number);
    }
  }

  private static void checkKey(AlgorithmIdentifier key) throws UnusableCertificateException {
    if (!X9ObjectIdentifiers.id_ecPublicKey.equals(key.getAlgorithm())) {
      return;
    }
    if (!(key.getParameters() instanceof ASN1ObjectIdentifier curve)) {
      throw malformed("its elliptic curve is not named (RFC 5480 §2.1.1)");
    }
    if (!CURVES.contains(curve)) {
      throw new UnusableCertificateException(
          VerdictReason.WEAK_KEY,
          "its elliptic curve (" + curve + ") is not accepted: P-256, P-384 or P-521 are");
    }
  }

  // The parts that the JDK reads only when asked must be readable now.
  private void readEagerly() throws CertificateException {
    for (X500Name name : List.of(holder.getSubject(), holder.getIssuer())) {
      var unused = name.toString(); // throws where its octets are no text
    }
    x509.getSubjectAlternativeNames();
    x509.getExtendedKeyUsage();
    Algorithms.weakSignature(holder.getSignatureAlgorithm());
  }

  private static UnusableCertificateException malformed(String why) {
    return new UnusableCertificateException(VerdictReason.MALFORMED, printable(why));
  }

  public byte[] der() {
    return der;
  }

  /** SHA-256 of the DER. */
  public byte[] fingerprint() {
    return fingerprint;
  }

  /** SHA-1 of the DER: a name that vendors still use, and no proof. */
  public byte[] sha1() {
    try {
      return MessageDigest.getInstance("SHA-1").digest(der);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  public X509Certificate x509() {
    return x509;
  }

  /** Bouncy Castle's view, with parts that the JDK's hides. */
  public X509CertificateHolder holder() {
    return holder;
  }

  public @Nullable NameConstraints nameConstraints() {
    Extension extension = extension(Extension.nameConstraints);
    return extension == null ? null : NameConstraints.getInstance(extension.getParsedValue());
  }

  public @Nullable Extension extension(ASN1ObjectIdentifier oid) {
    return holder.getExtension(oid);
  }

  public X500Principal subject() {
    return x509.getSubjectX500Principal();
  }

  public X500Principal issuer() {
    return x509.getIssuerX500Principal();
  }

  public PublicKey key() {
    return x509.getPublicKey();
  }

  public Instant notBefore() {
    return x509.getNotBefore().toInstant();
  }

  public Instant notAfter() {
    return x509.getNotAfter().toInstant();
  }

  /** RFC 5280 §3.2: issuer and subject are the same. */
  public boolean selfIssued() {
    return subject().equals(issuer());
  }

  /** Self-issued and signed by its own key. */
  public boolean selfSigned() {
    return selfIssued() && signedBy(this) == Signature.GOOD;
  }

  public boolean isCa() {
    return x509.getBasicConstraints() != NO_CA;
  }

  /** How many CAs may stand below this one; Integer.MAX_VALUE: any number; only for a CA. */
  public int pathLength() {
    return x509.getBasicConstraints();
  }

  /** True if the certificate does not restrict its key, or allows one of these uses. */
  public boolean mayBeUsedFor(int... keyUsageBits) {
    boolean[] allowed = x509.getKeyUsage();
    if (allowed == null) {
      return true;
    }
    for (int bit : keyUsageBits) {
      if (bit < allowed.length && allowed[bit]) {
        return true;
      }
    }
    return false;
  }

  /** True if the certificate does not restrict its purpose, or allows this one or any. */
  public boolean mayServe(KeyPurposeId purpose) {
    Extension extension = extension(Extension.extendedKeyUsage);
    if (extension == null) {
      return true;
    }
    ExtendedKeyUsage usage = ExtendedKeyUsage.getInstance(extension.getParsedValue());
    return usage.hasKeyPurposeId(purpose)
        || usage.hasKeyPurposeId(KeyPurposeId.anyExtendedKeyUsage);
  }

  /** A server that shows it must staple an OCSP answer to it (RFC 7633 §4.2.3.1). */
  public boolean demandsStaple() {
    Extension feature = extension(TLS_FEATURE);
    if (feature != null) {
      for (ASN1Encodable number : ASN1Sequence.getInstance(feature.getParsedValue())) {
        if (ASN1Integer.getInstance(number).hasValue(STATUS_REQUEST)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a signature is by a key. */
  public enum Signature {
    GOOD,
    BAD,
    /** By a key or an algorithm that is refused anyway, or that the JDK does not have. */
    NOT_CHECKED
  }

  /** Whether this certificate was signed by the other one's key; costs up to a millisecond. */
  public Signature signedBy(ParsedCertificate other) {
    if (Algorithms.weakKey(other.key()) != null && !(other.key() instanceof RSAPublicKey)
        || other.hugeKey()) {
      return Signature.NOT_CHECKED;
    }
    try {
      x509.verify(other.key());
      return Signature.GOOD;
    } catch (NoSuchAlgorithmException e) {
      return Signature.NOT_CHECKED;
    } catch (SignatureException | InvalidKeyException | CertificateException e) {
      return Signature.BAD;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no provider for signatures", e);
    } catch (RuntimeException e) {
      // Hostile parameters reach the provider's arithmetic.
      return Signature.BAD;
    }
  }

  /** An RSA key that is not worth its time. */
  public boolean hugeKey() {
    return key() instanceof RSAPublicKey rsa
        && rsa.getModulus().bitLength() > Algorithms.MAX_RSA_BITS;
  }

  /** Subject for people: printable, bounded. */
  public String shown() {
    String name = subject().getName();
    return name.isEmpty() ? "(empty subject)" : printable(name);
  }

  static String printable(String text) {
    return Printable.cut(text, MAX_SUBJECT);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ParsedCertificate that && Arrays.equals(der, that.der);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fingerprint);
  }

  @Override
  public String toString() {
    return shown();
  }
}
