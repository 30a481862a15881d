package io.postern.operator.setup;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority (RFC 5280): a root, and an intermediate that issues. Keys are P-256. It
 * publishes no revocation list: holders of its certificates are known by name, and lose their
 * rights in the log. Immutable.
 */
final class Authority {
  private static final int MOST_COMMON_NAME = 64; // RFC 5280, ub-common-name
  private static final Duration LIFE = Duration.ofDays(3650);
  private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String ROOT = "root";
  private static final String INTERMEDIATE = "intermediate";

  /** Sides of a TLS session that a certificate serves. */
  enum Use {
    CLIENT(KeyPurposeId.id_kp_clientAuth),
    SERVER(KeyPurposeId.id_kp_serverAuth),
    BOTH(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);

    private final ExtendedKeyUsage extension;

    Use(KeyPurposeId... purposes) {
      extension = new ExtendedKeyUsage(purposes);
    }
  }

  private final String organization;
  private final KeyAndChain root;
  private final KeyAndChain intermediate;

  private Authority(String organization, KeyAndChain root, KeyAndChain intermediate) {
    this.organization = organization;
    this.root = root;
    this.intermediate = intermediate;
  }

  /** A new one, in memory. */
  static Authority create(String organization, Instant now) throws GeneralSecurityException {
    KeyPair rootKey = key();
    X500Name rootName = name(organization, organization + " Root");
    X509Certificate rootCertificate =
        issuer(rootName, rootKey, rootName, rootKey.getPublic(), 1, now);
    KeyPair key = key();
    X509Certificate certificate =
        issuer(
            rootName,
            rootKey,
            name(organization, organization + " Issuing"),
            key.getPublic(),
            0,
            now);
    return new Authority(
        organization,
        new KeyAndChain(rootKey.getPrivate(), List.of(rootCertificate)),
        new KeyAndChain(key.getPrivate(), List.of(certificate)));
  }

  /** The one that is kept in the folder; made there, for its owner's eyes alone, where none is. */
  static Authority open(Path folder, String organization, Instant now)
      throws IOException, GeneralSecurityException {
    if (Files.exists(folder.resolve(ROOT + ".pem"))) {
      return new Authority(
          organization, KeyAndChain.read(folder, ROOT), KeyAndChain.read(folder, INTERMEDIATE));
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Authority made = create(organization, now);
    made.intermediate.write(folder, INTERMEDIATE);
    made.root.write(folder, ROOT); // last: its certificate says that all is there
    return made;
  }

  X509Certificate root() {
    return root.leaf();
  }

  /**
   * A new key with its certificate, leaf and intermediate in the chain.
   *
   * @param names DNS names, the first of which is the common name too, if it has place there
   */
  KeyAndChain issue(List<String> names, Use use, Instant from, Instant until)
      throws GeneralSecurityException {
    return issue(names.getFirst(), names, use, from, until);
  }

  /** With a common name that is none of its DNS names. */
  KeyAndChain issue(String commonName, List<String> names, Use use, Instant from, Instant until)
      throws GeneralSecurityException {
    KeyPair key = key();
    try {
      X509v3CertificateBuilder builder =
          builder(
              subject(intermediate.leaf()),
              intermediate.leaf().getPublicKey(),
              name(organization, commonName),
              key.getPublic(),
              from,
              until);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, use.extension);
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              names.stream()
                  .map(name -> new GeneralName(GeneralName.dNSName, name))
                  .toArray(GeneralName[]::new)));
      return new KeyAndChain(
          key.getPrivate(), List.of(signed(builder, intermediate.key()), intermediate.leaf()));
    } catch (IOException impossible) {
      throw new GeneralSecurityException(impossible);
    }
  }

  private static X509Certificate issuer(
      X500Name issuer, KeyPair issuerKey, X500Name subject, PublicKey key, int below, Instant now)
      throws GeneralSecurityException {
    try {
      X509v3CertificateBuilder builder =
          builder(
              issuer,
              issuerKey.getPublic(),
              subject,
              key,
              now.minus(CLOCKS_DIFFER),
              now.plus(LIFE));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return signed(builder, issuerKey.getPrivate());
    } catch (IOException impossible) {
      throw new GeneralSecurityException(impossible);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer,
      PublicKey issuerKey,
      X500Name subject,
      PublicKey key,
      Instant from,
      Instant until)
      throws GeneralSecurityException, IOException {
    JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
    BigInteger serial = new BigInteger(127, RANDOM).setBit(126);
    return new JcaX509v3CertificateBuilder(
            issuer, serial, Date.from(from), Date.from(until), subject, key)
        .addExtension(
            Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
        .addExtension(
            Extension.authorityKeyIdentifier,
            false,
            extensions.createAuthorityKeyIdentifier(issuerKey));
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException unusableKey) {
      throw new GeneralSecurityException(unusableKey);
    }
  }

  private static X500Name subject(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static X500Name name(String organization, String commonName) {
    X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, organization);
    if (commonName.length() <= MOST_COMMON_NAME) {
      name.addRDN(BCStyle.CN, commonName);
    }
    return name.build();
  }

  private static KeyPair key() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }
}
