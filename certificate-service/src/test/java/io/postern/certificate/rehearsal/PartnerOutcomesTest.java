package io.postern.certificate.rehearsal;

import static io.postern.certificate.rehearsal.ChangeLab.OLD;
import static io.postern.certificate.rehearsal.ChangeLab.OTHER_ROOT;
import static io.postern.certificate.rehearsal.ChangeLab.P384;
import static io.postern.certificate.rehearsal.ChangeLab.RENEWED;
import static io.postern.certificate.rehearsal.ChangeLab.RSA;
import static io.postern.certificate.rehearsal.ChangeLab.WILDCARD;
import static io.postern.certificate.rehearsal.ChangeLab.change;
import static io.postern.certificate.rehearsal.ChangeLab.leaf;
import static io.postern.certificate.rehearsal.ChangeLab.leaves;
import static io.postern.certificate.rehearsal.ChangeLab.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.lab.Identity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartnerOutcomesTest {
  private static final List<ParsedCertificate> OURS = leaves(OLD);

  @ParameterizedTest
  @CsvSource({
    "renewed,     mx.contoso.example,   true,  true,  OK,    root and names stay",
    "renewed,     '',                   true,  true,  OK,    root and names stay",
    "rsa,         mx.contoso.example,   true,  true,  OK,    root and names stay",
    "rsa,         mx.contoso.example,   true,  false, FAILS, a key of type RSA",
    "renewed,     mx.contoso.example,   false, true,  FAILS, a key of type EC",
    "fewer names, mx.contoso.example,   true,  true,  FAILS, it requires mx.contoso.example",
    "fewer names, gate.contoso.example, true,  true,  CHECK, a name that is no longer present: mx.contoso.example",
    "fewer names, never.example,        true,  true,  CHECK, a name that is no longer present: mx.contoso.example",
    "wildcard,    mx.contoso.example,   true,  true,  OK,    root and names stay",
    "p-384,       mx.contoso.example,   true,  true,  CHECK, the curve was not recorded: can it verify EC P-384?",
    "p-521,       mx.contoso.example,   true,  true,  CHECK, the curve was not recorded: can it verify EC P-521?",
    "p-384,       mx.contoso.example,   false, true,  FAILS, a key of type EC P-384",
    "other root,  mx.contoso.example,   true,  true,  CHECK, 'another root, if it validates certificates: CN=Second Root'",
  })
  void aPartnersHandshakeAgainstTheNewCertificate(
      String replacement,
      String serverName,
      boolean verifiesEcdsa,
      boolean verifiesRsa,
      Result result,
      String reason) {
    List<Outcome> outcomes =
        PartnerOutcomes.of(
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
    assertThat(PartnerOutcomes.of(change(RENEWED), OURS, List.of(before, now, other)))
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
    assertThat(PartnerOutcomes.of(change(RSA), leaves(OLD, WILDCARD), List.of(lastMonth, today)))
        .containsExactlyInAnyOrder(
            new Outcome(
                Result.FAILS,
                "partner a.example (contoso / Fabrikam)",
                "its software cannot verify a certificate with a key of type RSA (by its newest "
                    + "handshake, which used another certificate of the installation: "
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
    assertThat(PartnerOutcomes.of(change(RENEWED), leaves(OLD, RSA), List.of(rsaOnly))).isEmpty();
  }

  @Test
  void aCurveThatWasVerifiedBeforeNeedsNoQuestion() {
    assertThat(
            PartnerOutcomes.of(
                change(P384), leaves(OLD, P384), List.of(over(P384, handshake("a.example", "")))))
        .extracting(Outcome::result)
        .containsExactly(Result.OK);
  }

  @Test
  void unprovedPeersDoNotHideEachOther() {
    HandshakeSeen weak = handshake("", "").toBuilder().setVerifiesRsa(false).build();
    assertThat(
            PartnerOutcomes.of(
                change(RSA), OURS, List.of(weak, handshake("", ""), handshake("", ""))))
        .extracting(Outcome::concerns, Outcome::result)
        .containsExactly(
            tuple("an unauthenticated peer (contoso / Fabrikam)", Result.OK),
            tuple("an unauthenticated peer (contoso / Fabrikam)", Result.FAILS));
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

  private static HandshakeSeen over(Identity presented, HandshakeSeen handshake) {
    return handshake.toBuilder()
        .setPresentedFingerprint(ByteString.copyFrom(leaf(presented)))
        .build();
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
