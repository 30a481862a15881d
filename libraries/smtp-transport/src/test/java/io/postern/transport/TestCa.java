package io.postern.transport;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root that issues leaves for these tests. */
final class TestCa {
  private static final AtomicLong SERIAL = new AtomicLong(1);
  private static final TestCa INSTANCE = new TestCa();

  /** Made once: RSA keys take long. */
  static final KeyMaterial EC = issue("EC", "mx.example", "alias.example");

  static final KeyMaterial RSA = issue("RSA", "mx.example", "alias.example");
  static final KeyMaterial OTHER = issue("EC", "*.other.example");
  static final KeyMaterial CLIENT_EC = issue("EC", "client.example");
  static final KeyMaterial CLIENT_RSA = issue("RSA", "client.example");

  private final KeyPair keys = keys("EC");
  private final X509Certificate root =
      certificate("CN=Test Root", keys, "CN=Test Root", keys, true);

  static KeyMaterial issue(String type, String... names) {
    KeyPair pair = keys(type);
    X509Certificate leaf =
        certificate("CN=Test Root", INSTANCE.keys, "CN=" + names[0], pair, false, names);
    return new KeyMaterial(List.of(leaf, INSTANCE.root), pair.getPrivate());
  }

  static X509Certificate root() {
    return INSTANCE.root;
  }

  private static KeyPair keys(String type) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
      if (type.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate certificate(
      String issuer,
      KeyPair issuerKeys,
      String subject,
      KeyPair keys,
      boolean ca,
      String... names) {
    try {
      Instant now = Instant.now();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(now.minus(1, ChronoUnit.DAYS)),
              Date.from(now.plus(30, ChronoUnit.DAYS)),
              new X500Name(subject),
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
      if (names.length > 0) {
        GeneralName[] alternatives = new GeneralName[names.length];
        for (int i = 0; i < names.length; i++) {
          alternatives[i] = new GeneralName(GeneralName.dNSName, names[i]);
        }
        builder.addExtension(
            Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
