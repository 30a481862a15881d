package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
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
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Builds the lab's certificates (RFC 5280 §4), with the extensions that public authorities set. */
final class Certificates {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Certificates() {}

  static KeyPair key(boolean rsa) {
    try {
      if (rsa) {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
      }
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Of any length: strangers' certificates keep to no bound, as RFC 5280's 64 characters. */
  static X500Name name(String organization, String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, new DERUTF8String(organization))
        .addRDN(BCStyle.CN, new DERUTF8String(commonName))
        .build();
  }

  /** The issuer's name and keys, by which it signs. */
  record Signer(X500Name name, PublicKey publicKey, PrivateKey privateKey) {
    ContentSigner contentSigner() {
      String algorithm =
          privateKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
      try {
        return new JcaContentSignerBuilder(algorithm).build(privateKey);
      } catch (OperatorCreationException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  static X509Certificate authority(
      Signer signer, X500Name subject, PublicKey key, Instant until, int below, List<String> crls) {
    try {
      Instant from = Instant.now().minusSeconds(3600);
      X509v3CertificateBuilder builder = builder(signer, subject, key, from, until);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      addCrls(builder, crls);
      return sign(builder, signer);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static X509Certificate endEntity(
      Signer signer, X500Name subject, PublicKey key, Issue issue, List<String> crls) {
    try {
      X509v3CertificateBuilder builder =
          builder(signer, subject, key, issue.notBefore(), issue.notAfter());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      int usage = KeyUsage.digitalSignature | (issue.rsa() ? KeyUsage.keyEncipherment : 0);
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      builder.addExtension(Extension.extendedKeyUsage, false, purposes(issue));
      if (issue.subjectAltNames() && !issue.names().isEmpty()) {
        GeneralName[] names =
            issue.names().stream().map(Certificates::alternative).toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      addCrls(builder, crls);
      addAccess(builder, issue);
      return sign(builder, signer);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  // RFC 5280 §4.2.2.1
  private static void addAccess(X509v3CertificateBuilder builder, Issue issue)
      throws CertIOException {
    ASN1EncodableVector access = new ASN1EncodableVector();
    if (!issue.responder().isEmpty()) {
      access.add(access(AccessDescription.id_ad_ocsp, issue.responder()));
    }
    if (!issue.caIssuers().isEmpty()) {
      access.add(access(AccessDescription.id_ad_caIssuers, issue.caIssuers()));
    }
    if (access.size() > 0) {
      builder.addExtension(Extension.authorityInfoAccess, false, new DERSequence(access));
    }
  }

  private static AccessDescription access(ASN1ObjectIdentifier method, String url) {
    return new AccessDescription(
        method, new GeneralName(GeneralName.uniformResourceIdentifier, url));
  }

  // RFC 5280 §4.2.1.6: an address is no DNS name.
  private static GeneralName alternative(String name) {
    boolean address = name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private static ExtendedKeyUsage purposes(Issue issue) {
    List<KeyPurposeId> purposes = new ArrayList<>();
    if (issue.server()) {
      purposes.add(KeyPurposeId.id_kp_serverAuth);
    }
    if (issue.client()) {
      purposes.add(KeyPurposeId.id_kp_clientAuth);
    }
    if (purposes.isEmpty()) {
      purposes.add(KeyPurposeId.id_kp_OCSPSigning);
    }
    return new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new));
  }

  private static X509v3CertificateBuilder builder(
      Signer signer, X500Name subject, PublicKey key, Instant from, Instant until)
      throws CertIOException {
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      BigInteger serial = new BigInteger(127, RANDOM).setBit(126);
      return new JcaX509v3CertificateBuilder(
              signer.name(), serial, Date.from(from), Date.from(until), subject, key)
          .addExtension(
              Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              extensions.createAuthorityKeyIdentifier(signer.publicKey()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void addCrls(X509v3CertificateBuilder builder, List<String> urls)
      throws CertIOException {
    if (urls.isEmpty()) {
      return;
    }
    DistributionPoint[] points =
        urls.stream()
            .map(
                url ->
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url)))
            .map(names -> new DistributionPoint(new DistributionPointName(names), null, null))
            .toArray(DistributionPoint[]::new);
    builder.addExtension(Extension.cRLDistributionPoints, false, new CRLDistPoint(points));
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, Signer signer) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(signer.contentSigner()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
