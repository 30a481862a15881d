package io.postern.certificate.rehearsal;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate of ours, and what may replace it. */
final class ChangeLab {
  static final LabCa CA = LabCa.create("First");
  static final LabCa OTHER_CA = LabCa.create("Second");
  static final Identity OLD = CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));
  static final Identity RENEWED = CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));
  static final Identity RSA =
      CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example").withRsaKey());
  static final Identity FEWER_NAMES = CA.issue(Issue.to("gate.contoso.example"));
  static final Identity WILDCARD = CA.issue(Issue.to("*.contoso.example"));
  static final Identity OTHER_ROOT =
      OTHER_CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));

  static final List<ParsedCertificate> OURS = leaves(OLD);
  static final Identity P384 = onCurve("secp384r1");
  static final Identity P521 = onCurve("secp521r1");

  /** As the old one, but for the key; by another key of the same authority. */
  private static Identity onCurve(String curve) {
    try {
      KeyPair authority = key("secp256r1");
      X509Certificate issuer =
          certificate(CA.intermediate(), authority.getPublic(), authority.getPrivate(), false);
      KeyPair key = key(curve);
      return new Identity(
          List.of(certificate(OLD.leaf(), key.getPublic(), authority.getPrivate(), true), issuer),
          key.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  /** By another intermediate of the same root. */
  static Identity byTheRootOf(Identity old) {
    try {
      KeyPair authority = key("secp256r1");
      KeyPair key = key("secp256r1");
      X500Principal issuing = new X500Principal("CN=Other Issuing");
      return new Identity(
          List.of(
              certificate(issuing, old.leaf(), key.getPublic(), authority.getPrivate(), true),
              certificate(
                  CA.root().getSubjectX500Principal(),
                  issuing,
                  CA.intermediate(),
                  authority.getPublic(),
                  authority.getPrivate(),
                  false)),
          key.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair key(String curve) throws GeneralSecurityException {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(new ECGenParameterSpec(curve));
    return keys.generateKeyPair();
  }

  private static X509Certificate certificate(
      X509Certificate as, PublicKey key, PrivateKey signer, boolean names)
      throws GeneralSecurityException, OperatorCreationException {
    return certificate(as.getIssuerX500Principal(), as, key, signer, names);
  }

  private static X509Certificate certificate(
      X500Principal issuer, X509Certificate as, PublicKey key, PrivateKey signer, boolean names)
      throws GeneralSecurityException, OperatorCreationException {
    return certificate(issuer, as.getSubjectX500Principal(), as, key, signer, names);
  }

  private static X509Certificate certificate(
      X500Principal issuer,
      X500Principal subject,
      X509Certificate as,
      PublicKey key,
      PrivateKey signer,
      boolean names)
      throws GeneralSecurityException, OperatorCreationException {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer, BigInteger.TEN, as.getNotBefore(), as.getNotAfter(), subject, key);
    if (names) {
      builder.copyAndAddExtension(
          Extension.subjectAlternativeName, false, new JcaX509CertificateHolder(as));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
  }

  static Identity named(String name) {
    return switch (name) {
      case "renewed" -> RENEWED;
      case "rsa" -> RSA;
      case "fewer names" -> FEWER_NAMES;
      case "wildcard" -> WILDCARD;
      case "other root" -> OTHER_ROOT;
      case "p-384" -> P384;
      case "p-521" -> P521;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private ChangeLab() {}

  static List<ParsedCertificate> leaves(Identity... ours) {
    return Stream.of(ours).map(identity -> parsed(identity).getFirst()).toList();
  }

  static Change change(Identity after) {
    return Change.of(
        parsed(OLD),
        parsed(after),
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), List.of()));
  }

  static List<ParsedCertificate> parsed(Identity identity) {
    List<ParsedCertificate> chain = new ArrayList<>();
    for (byte[] der : identity.der()) {
      try {
        chain.add(ParsedCertificate.parse(der));
      } catch (UnusableCertificateException e) {
        throw new AssertionError(e);
      }
    }
    return chain;
  }

  static byte[] leaf(Identity identity) {
    return Fingerprints.sha256(identity.der().getFirst());
  }
}
