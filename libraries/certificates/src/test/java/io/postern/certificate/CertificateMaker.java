package io.postern.certificate;

import io.postern.certificate.anchors.TrustAnchors;
import io.postern.contracts.v1.AnchorSetReference;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes certificates with one thing wrong each. Not thread-safe; good unless told otherwise. */
public final class CertificateMaker {
  /** A certificate and its key. */
  public record Made(ParsedCertificate certificate, KeyPair keys) {
    public byte[] der() {
      return certificate.der();
    }
  }

  private static final AtomicLong SERIAL = new AtomicLong(1000);

  private record Ext(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {}

  private final String subject;
  private final List<Ext> extensions = new ArrayList<>();
  private @Nullable Made issuer;
  private @Nullable KeyPair keys; // null: new ones
  private @Nullable PublicKey otherKey;
  private String algorithm = "";
  private Instant notBefore = Instant.now().minus(Duration.ofDays(1));
  private Instant notAfter = Instant.now().plus(Duration.ofDays(90));

  private CertificateMaker(String subject) {
    this.subject = subject;
  }

  /** A CA without a path length. */
  public static CertificateMaker ca(String name) {
    return new CertificateMaker("O=Test,CN=" + name)
        .with(Extension.basicConstraints, true, new BasicConstraints(true))
        .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
  }

  /** Server and client. */
  public static CertificateMaker leaf(String name) {
    return new CertificateMaker("CN=" + name)
        .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .with(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}))
        .with(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
  }

  public CertificateMaker with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    without(oid);
    extensions.add(new Ext(oid, critical, value));
    return this;
  }

  public CertificateMaker without(ASN1ObjectIdentifier oid) {
    extensions.removeIf(e -> e.oid().equals(oid));
    return this;
  }

  public CertificateMaker by(Made issuer) {
    this.issuer = issuer;
    return this;
  }

  public CertificateMaker keys(KeyPair keys) {
    this.keys = keys;
    return this;
  }

  /** The certificate says this key; the issuer signs as usual. */
  public CertificateMaker saying(PublicKey key) {
    this.otherKey = key;
    return this;
  }

  public CertificateMaker algorithm(String algorithm) {
    this.algorithm = algorithm;
    return this;
  }

  public CertificateMaker valid(Duration from, Duration until) {
    this.notBefore = Instant.now().plus(from);
    this.notAfter = Instant.now().plus(until);
    return this;
  }

  public CertificateMaker pathLength(int length) {
    return with(Extension.basicConstraints, true, new BasicConstraints(length));
  }

  public CertificateMaker purposes(KeyPurposeId... purposes) {
    return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
  }

  public CertificateMaker crl(String... urls) {
    DistributionPoint[] points =
        Arrays.stream(urls)
            .map(
                url ->
                    new DistributionPoint(
                        new DistributionPointName(
                            new GeneralNames(
                                new GeneralName(GeneralName.uniformResourceIdentifier, url))),
                        null,
                        null))
            .toArray(DistributionPoint[]::new);
    return with(Extension.cRLDistributionPoints, false, new CRLDistPoint(points));
  }

  public CertificateMaker ocsp(String url) {
    return with(
        Extension.authorityInfoAccess,
        false,
        new AuthorityInformationAccess(
            AccessDescription.id_ad_ocsp,
            new GeneralName(GeneralName.uniformResourceIdentifier, url)));
  }

  /** Where the issuer's certificate is to be had, as public authorities say. */
  public CertificateMaker issuerAt(String url) {
    return with(
        Extension.authorityInfoAccess,
        false,
        new AuthorityInformationAccess(
            AccessDescription.id_ad_caIssuers,
            new GeneralName(GeneralName.uniformResourceIdentifier, url)));
  }

  public Made make() {
    return new Made(parsed(der()), keys());
  }

  private KeyPair keys() {
    if (keys == null) {
      keys = ec("secp256r1");
    }
    return keys;
  }

  public byte[] der() {
    try {
      X500Name name = new X500Name(subject);
      KeyPair own = keys();
      KeyPair signer = issuer == null ? own : issuer.keys();
      X500Name by = issuer == null ? name : issuer.certificate().holder().getSubject();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              by,
              BigInteger.valueOf(SERIAL.incrementAndGet()),
              Date.from(notBefore),
              Date.from(notAfter),
              name,
              otherKey == null ? own.getPublic() : otherKey);
      for (Ext e : extensions) {
        builder.addExtension(e.oid(), e.critical(), e.value());
      }
      String with =
          algorithm.isEmpty()
              ? "SHA256with" + (signer.getPrivate().getAlgorithm().equals("EC") ? "ECDSA" : "RSA")
              : algorithm;
      return builder
          .build(new JcaContentSignerBuilder(with).build(signer.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static ParsedCertificate parsed(byte[] der) {
    try {
      return ParsedCertificate.parse(der);
    } catch (UnusableCertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  public static TrustAnchors anchors(Made... anchors) {
    return new TrustAnchors(
        AnchorSetReference.newBuilder().setVersion("test").build(),
        Arrays.stream(anchors).map(Made::certificate).toList());
  }

  public static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new java.security.spec.ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
