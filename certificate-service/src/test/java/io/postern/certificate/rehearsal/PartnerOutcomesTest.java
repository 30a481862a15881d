package io.postern.certificate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartnerOutcomesTest {
  private static final LabCa CA = LabCa.create("First");
  private static final LabCa OTHER_CA = LabCa.create("Second");
  private static final Identity OLD =
      CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));
  private static final Identity RENEWED =
      CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));
  private static final Identity RSA =
      CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example").withRsaKey());
  private static final Identity FEWER_NAMES = CA.issue(Issue.to("gate.contoso.example"));
  private static final Identity WILDCARD = CA.issue(Issue.to("*.contoso.example"));
  private static final Identity OTHER_ROOT =
      OTHER_CA.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));

  private static final List<ParsedCertificate> OURS = leaves(OLD);
  private static final Identity P384 = onCurve("secp384r1");
  private static final Identity P521 = onCurve("secp521r1");

  /** As the old one, but for the key; who has signed it does not matter here. */
  private static Identity onCurve(String curve) {
    try {
      KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
      keys.initialize(new ECGenParameterSpec(curve));
      KeyPair key = keys.generateKeyPair();
      X509Certificate as = OLD.leaf();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              as.getIssuerX500Principal(),
              BigInteger.TEN,
              as.getNotBefore(),
              as.getNotAfter(),
              as.getSubjectX500Principal(),
              key.getPublic());
      builder.copyAndAddExtension(
          Extension.subjectAlternativeName, false, new JcaX509CertificateHolder(as));
      X509Certificate leaf =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA384withECDSA").build(key.getPrivate())));
      return new Identity(List.of(leaf, CA.intermediate()), key.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private static Identity named(String name) {
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

  @ParameterizedTest
  @CsvSource({
    "renewed,     mx.contoso.example,   true,  true,  OK,    root and names stay",
    "renewed,     '',                   true,  true,  OK,    root and names stay",
    "rsa,         mx.contoso.example,   true,  true,  OK,    root and names stay",
    "rsa,         mx.contoso.example,   true,  false, FAILS, a key of type RSA",
    "renewed,     mx.contoso.example,   false, true,  FAILS, a key of type EC",
    "fewer names, mx.contoso.example,   true,  true,  FAILS, it asks for mx.contoso.example",
    "fewer names, gate.contoso.example, true,  true,  CHECK, a name that is lost: mx.contoso.example",
    "fewer names, never.example,        true,  true,  CHECK, a name that is lost: mx.contoso.example",
    "wildcard,    mx.contoso.example,   true,  true,  OK,    root and names stay",
    "p-384,       mx.contoso.example,   true,  true,  CHECK, not recorded for which curve: can it verify EC P-384?",
    "p-521,       mx.contoso.example,   true,  true,  CHECK, not recorded for which curve: can it verify EC P-521?",
    "p-384,       mx.contoso.example,   false, true,  FAILS, a key of type EC P-384",
    "other root,  mx.contoso.example,   true,  true,  CHECK, 'another root, if it validates: CN=Second Root'",
  })
  void aPartnersHandshakeAgainstTheNewCertificate(
      String replacement,
      String serverName,
      boolean verifiesEcdsa,
      boolean verifiesRsa,
      Result result,
      String reason) {
    List<Outcome> outcomes =
        PartnerOutcomes.ofServer(
            change(named(replacement)),
            OURS,
            List.of(
                handshake("fabrikam.example", serverName).toBuilder()
                    .setVerifiesEcdsa(verifiesEcdsa)
                    .setVerifiesRsa(verifiesRsa)
                    .build()));
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.getFirst().result()).isEqualTo(result);
    assertThat(outcomes.getFirst().reason()).contains(reason);
    assertThat(outcomes.getFirst().concerns())
        .isEqualTo("partner fabrikam.example (contoso / Fabrikam)");
  }

  @Test
  void theNewestHandshakeOfAPartnerCountsAndOneOverACertificateThatIsNotOursDoesNot() {
    HandshakeSeen before = handshake("a.example", "").toBuilder().setVerifiesEcdsa(false).build();
    HandshakeSeen now = handshake("a.example", "");
    HandshakeSeen other = over(RSA, handshake("b.example", ""));
    assertThat(PartnerOutcomes.ofServer(change(RENEWED), OURS, List.of(before, now, other)))
        .containsExactly(
            new Outcome(
                Result.OK,
                "partner a.example (contoso / Fabrikam)",
                "root and names stay, and the key can be verified"));
  }

  @Test
  void daysAfterARenewalThePartnersOfTheCertificateBeforeItAreStillKnown() {
    HandshakeSeen lastMonth =
        over(WILDCARD, handshake("a.example", "gate.contoso.example")).toBuilder()
            .setVerifiesRsa(false)
            .build();
    HandshakeSeen today = handshake("b.example", "");
    assertThat(
            PartnerOutcomes.ofServer(change(RSA), leaves(OLD, WILDCARD), List.of(lastMonth, today)))
        .containsExactlyInAnyOrder(
            new Outcome(
                Result.FAILS,
                "partner a.example (contoso / Fabrikam)",
                "its software cannot verify a certificate with a key of type RSA (by its newest"
                    + " handshake, which was over another certificate of ours: "
                    + Fingerprints.hex(leaf(WILDCARD))
                    + ")"),
            new Outcome(
                Result.OK,
                "partner b.example (contoso / Fabrikam)",
                "root and names stay, and the key can be verified"));
  }

  @Test
  void whoIsShownAnotherCertificateForWantOfEcdsaIsNotConcerned() {
    HandshakeSeen rsaOnly =
        over(RSA, handshake("old.example", "")).toBuilder().setVerifiesEcdsa(false).build();
    assertThat(PartnerOutcomes.ofServer(change(RENEWED), leaves(OLD, RSA), List.of(rsaOnly)))
        .isEmpty();
  }

  @Test
  void aCurveThatWasVerifiedBeforeNeedsNoQuestion() {
    assertThat(
            PartnerOutcomes.ofServer(
                change(P384), leaves(OLD, P384), List.of(over(P384, handshake("a.example", "")))))
        .extracting(Outcome::result)
        .containsExactly(Result.OK);
  }

  @Test
  void unprovedPeersDoNotHideEachOther() {
    HandshakeSeen weak = handshake("", "").toBuilder().setVerifiesRsa(false).build();
    assertThat(
            PartnerOutcomes.ofServer(
                change(RSA), OURS, List.of(weak, handshake("", ""), handshake("", ""))))
        .extracting(Outcome::concerns, Outcome::result)
        .containsExactly(
            tuple("an unproved peer (contoso / Fabrikam)", Result.OK),
            tuple("an unproved peer (contoso / Fabrikam)", Result.FAILS));
  }

  @ParameterizedTest
  @CsvSource({
    "renewed,     OK,    'root, names and type of key stay'",
    "rsa,         CHECK, 'the key was EC P-256 and would be RSA, and nobody has seen yet'",
    "p-384,       CHECK, 'the key was EC P-256 and would be EC P-384, and nobody has seen yet'",
    "fewer names, CHECK, 'its own connector may ask for a name that is lost: mx.contoso.example'",
    "other root,  CHECK, 'another root, if it validates: CN=Second Root'",
  })
  void aConnectorThatPresentsTheCertificateMayHaveToBeToldToThePartner(
      String replacement, Result result, String reason) {
    OutboundConnector connector =
        OutboundConnector.newBuilder().setOrganization("contoso").setName("To Fabrikam").build();
    List<Outcome> outcomes =
        PartnerOutcomes.ofClient(change(named(replacement)), List.of(connector));
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.getFirst().concerns()).isEqualTo("outbound-connector/contoso/To Fabrikam");
    assertThat(outcomes.getFirst().result()).isEqualTo(result);
    assertThat(outcomes.getFirst().reason()).contains(reason);
  }

  @Test
  void aRenewalWithTheSameSubjectAndIssuerIsToldApartByItsSerialNumber() {
    Change change = change(RENEWED);
    assertThat(change.sameSubjectAndIssuer()).isTrue();
    assertThat(change.differences().getFirst())
        .contains(RENEWED.chain().getFirst().getSerialNumber().toString(16))
        .contains(OLD.chain().getFirst().getSerialNumber().toString(16));
    assertThat(change(OTHER_ROOT).sameSubjectAndIssuer()).isFalse();
    assertThat(change(RSA).differences()).anyMatch(d -> d.contains("EC P-256 becomes RSA 2048"));
  }

  private static List<ParsedCertificate> leaves(Identity... ours) {
    return Stream.of(ours).map(identity -> parsed(identity).getFirst()).toList();
  }

  private static HandshakeSeen over(Identity presented, HandshakeSeen handshake) {
    return handshake.toBuilder()
        .setPresentedFingerprint(ByteString.copyFrom(leaf(presented)))
        .build();
  }

  private static Change change(Identity after) {
    return new Change(parsed(OLD), parsed(after));
  }

  private static List<ParsedCertificate> parsed(Identity identity) {
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

  private static byte[] leaf(Identity identity) {
    return Fingerprints.sha256(identity.der().getFirst());
  }

  private static HandshakeSeen handshake(String peer, String serverName) {
    return HandshakeSeen.newBuilder()
        .setPeer(peer)
        .setServerName(serverName)
        .setOrganization("contoso")
        .setConnector("Fabrikam")
        .setVerifiesEcdsa(true)
        .setVerifiesRsa(true)
        .setPresentedFingerprint(ByteString.copyFrom(leaf(OLD)))
        .build();
  }
}
