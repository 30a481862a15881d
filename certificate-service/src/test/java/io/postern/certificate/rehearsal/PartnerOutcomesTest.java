package io.postern.certificate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
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

  private static Identity named(String name) {
    return switch (name) {
      case "renewed" -> RENEWED;
      case "rsa" -> RSA;
      case "fewer names" -> FEWER_NAMES;
      case "wildcard" -> WILDCARD;
      case "other root" -> OTHER_ROOT;
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
  void theNewestHandshakeOfAPartnerCountsAndThoseWithAnotherCertificateDoNot() {
    HandshakeSeen before = handshake("a.example", "").toBuilder().setVerifiesEcdsa(false).build();
    HandshakeSeen now = handshake("a.example", "");
    HandshakeSeen other =
        handshake("b.example", "").toBuilder()
            .setPresentedFingerprint(ByteString.copyFrom(leaf(RSA)))
            .build();
    assertThat(PartnerOutcomes.ofServer(change(RENEWED), List.of(before, now, other)))
        .extracting(Outcome::result)
        .containsExactly(Result.OK);
  }

  @Test
  void aConnectorThatPresentsTheCertificateMayHaveToBeToldToThePartner() {
    OutboundConnector connector =
        OutboundConnector.newBuilder().setOrganization("contoso").setName("To Fabrikam").build();
    assertThat(PartnerOutcomes.ofClient(change(FEWER_NAMES), List.of(connector)))
        .containsExactly(
            new Outcome(
                Result.CHECK,
                "outbound-connector/contoso/To Fabrikam",
                "its own connector may ask for a name that is lost: mx.contoso.example"));
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
