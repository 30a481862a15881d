package io.postern.delivery.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.session.Connections;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Reply;
import io.postern.transport.CertificateRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * TLS towards real peers: what goes at which level, and that nothing of an envelope goes otherwise.
 */
class RelayTlsTest {
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity GOOD = CA.issue(Issue.to("mail.fabrikam.com"));
  private static final Identity RSA = CA.issue(Issue.to("mail.fabrikam.com").withRsaKey());

  private static final TlsRequirement POST_QUANTUM =
      RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder().setPostQuantum(true).build();

  private static final PeerStep OFFERS_STARTTLS =
      PeerStep.answer(250, "", "mail.fabrikam.com", "STARTTLS");

  private final RelayLab lab = new RelayLab();

  @AfterEach
  void stop() {
    lab.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"OPPORTUNISTIC", "ENCRYPTION_ONLY", "CERTIFICATE_VALIDATION", "DOMAIN_VALIDATION"})
  void eachLevelIsAchievedWithAGoodPeer(TlsLevel level) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(RelayLab.level(level), peer));

      String achieved =
          level == TlsLevel.OPPORTUNISTIC
              ? "encryption-only"
              : level.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      assertThat(outcome.getToken()).endsWith(":" + achieved);
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getRecipients(0).getRecipient()).isEqualTo(3);
      assertThat(outcome.getTlsFacts().getVersion()).isEqualTo(TlsVersion.TLS_1_3);
      assertThat(outcome.getTlsFacts().getPeerNamesList()).contains("mail.fabrikam.com");
      assertThat(outcome.getAddress()).isEqualTo("127.0.0.1:" + peer.port());
      boolean asked =
          level == TlsLevel.CERTIFICATE_VALIDATION || level == TlsLevel.DOMAIN_VALIDATION;
      assertThat(lab.questions).hasSize(asked ? 1 : 0);
      assertThat(outcome.getVerdict()).isEqualTo(asked ? "good" : "");
      assertThat(
              new String(
                  peer.messages().getFirst().content(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo(RelayLab.CONTENT);
      PeerTranscript session = peer.sessions().getFirst();
      assertThat(session.plaintextCommands())
          .noneMatch(line -> line.startsWith("MAIL") || line.startsWith("RCPT"));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"ENCRYPTION_ONLY", "CERTIFICATE_VALIDATION", "DOMAIN_VALIDATION"})
  void aPeerWithoutStartTlsGetsNothingOfTheEnvelope(TlsLevel level) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").offerStartTls(false).start()) {
      refused(peer, RelayLab.level(level), "not-offered");
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(peer.sessions().getFirst().commands()).last().isEqualTo("QUIT"));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"ENCRYPTION_ONLY", "CERTIFICATE_VALIDATION", "DOMAIN_VALIDATION"})
  void aPeerWhoseHandshakeFailsGetsNothingOfTheEnvelope(TlsLevel level) throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).failHandshake().start()) {
      refused(peer, RelayLab.level(level), "handshake-failed");
      assertThat(peer.sessions()).as("the second one without the hybrid group").hasSize(2);
    }
  }

  @Test
  void aPeerThatRefusesStartTlsGetsNothingOfTheEnvelope() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com")
            .identity(GOOD)
            .on(PeerStage.STARTTLS, PeerStep.answer(454, "4.7.0", "not now"))
            .start()) {
      refused(peer, RelayLab.level(TlsLevel.ENCRYPTION_ONLY), "starttls-refused");
    }
  }

  @Test
  void G3_aDemandThatThisVersionDoesNotKnowDefersBeforeAnyoneIsDialled() throws Exception {
    TlsRequirement newer =
        RelayLab.level(TlsLevel.OPPORTUNISTIC).toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(4711, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(newer, peer));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("undecidable");
      assertThat(outcome.getRecipients(0).getDetail()).contains("newer version");
      assertThat(peer.sessions()).isEmpty();
    }
  }

  @Test
  void G3_aVerdictThatFallsBetweenTwoTransactionsStopsTheSecond() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com")
            .identity(GOOD)
            .recipient("b@fabrikam.com", Reply.of(452, "4.5.3", "too many recipients"))
            .start()) {
      lab.contents(
          segments -> {
            lab.verdict(VerdictResult.BAD, VerdictReason.REVOKED);
            return RelayLab.stream(List.of("Subject: x\r\n\r\n".getBytes(UTF_8)), null);
          });
      OutcomeRecorded outcome =
          lab.deliver(
              RelayLab.recipients(
                  RelayLab.request(RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION), peer),
                  "a@fabrikam.com",
                  "b@fabrikam.com"));
      assertThat(outcome.getRecipientsList())
          .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
          .containsExactly(
              tuple(OutcomeKind.DELIVERED, ""), tuple(OutcomeKind.DEFERRED, "revoked"));
      assertThat(outcome.getTimings().getConnectionReused()).isFalse();
      assertThat(lab.questions).hasSize(2);
      assertThat(lab.questions.get(1).key())
          .as("computed once for a session")
          .isSameAs(lab.questions.get(0).key());
      assertThat(peer.sessions().getFirst().commands())
          .filteredOn(line -> line.startsWith("MAIL"))
          .hasSize(1);
      assertThat(lab.connections.idle()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = VerdictReason.class,
      names = {"REVOKED", "EXPIRED", "SELF_SIGNED", "UNTRUSTED_ROOT"})
  void aBadChainIsDeferredWithItsReason(VerdictReason reason) throws Exception {
    lab.verdict(VerdictResult.BAD, reason);
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      String spelled = reason.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      OutcomeRecorded outcome =
          refused(peer, RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION), spelled);
      assertThat(outcome.getVerdict()).isEqualTo("bad/" + spelled);
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(peer.sessions().getFirst().commands()).last().isEqualTo("QUIT"));
    }
  }

  @Test
  void G4_anUnknownVerdictDefers() throws Exception {
    lab.verdict(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE);
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      refused(peer, RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION), "verdict-unavailable");
    }
  }

  @Test
  void aWrongNameIsDeferred() throws Exception {
    Identity other = CA.issue(Issue.to("mail.contoso.com"));
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(other).start()) {
      refused(peer, RelayLab.level(TlsLevel.DOMAIN_VALIDATION), "name-mismatch");
    }
  }

  @Test
  void S4_aPeerWithoutForwardSecrecyIsSeenAndRefused() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(RSA).tls12RsaOnly().start()) {
      TlsRequirement forwardSecret =
          RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder().setForwardSecrecy(true).build();
      refused(peer, forwardSecret, "no-forward-secrecy");
    }
  }

  @Test
  void aMinimumVersionIsHonoured() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).protocols("TLSv1.2").start()) {
      TlsRequirement tls13 =
          RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder()
              .setMinimumVersion(TlsVersion.TLS_1_3)
              .build();
      refused(peer, tls13, "version-too-low");
    }
  }

  @Test
  void G3_aHybridKeyExchangeIsHadWhereItIsDemandedAndInAResumedSessionToo() throws Exception {
    try (Connections none = new Connections(0, 100, Duration.ofSeconds(10), Duration.ofSeconds(1));
        RelayLab fresh = new RelayLab(DestinationsLab.SETTINGS, none);
        ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      for (boolean resumed : List.of(false, true)) {
        OutcomeRecorded outcome = fresh.deliver(RelayLab.request(POST_QUANTUM, peer));
        assertThat(outcome.getToken()).isEqualTo("encryption-only:encryption-only+pq");
        assertThat(outcome.getTlsFacts().getGroup()).isEqualTo("X25519MLKEM768");
        assertThat(outcome.getTlsFacts().getResumed()).isEqualTo(resumed);
      }
      assertThat(peer.messages()).hasSize(2);
    }
  }

  @Test
  void G3_aPeerWithoutAHybridGroupGetsNothingOfTheEnvelopeWhereOneIsDemanded() throws Exception {
    try (ScriptedPeer classical =
            ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).groups("X25519").start();
        ScriptedPeer old =
            ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).protocols("TLSv1.2").start()) {
      OutcomeRecorded outcome = refused(classical, POST_QUANTUM, "no-post-quantum");
      assertThat(outcome.getRecipients(0).getDetail()).contains("x25519");
      refused(old, POST_QUANTUM, "no-post-quantum");
    }
  }

  @Test
  void G3_aPeerThatTakesNoLargeHelloIsNotAskedWithoutTheHybridGroupThatIsDemanded()
      throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).refuseLargeHello().start()) {
      TlsRequirement opportunistic =
          POST_QUANTUM.toBuilder().setLevel(TlsLevel.OPPORTUNISTIC).build();
      refused(peer, opportunistic, "handshake-failed");
      assertThat(peer.sessions()).hasSize(1);
    }
  }

  @Test
  void mandatoryDaneIsRefusedBeforeAnyoneIsDialled() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      TlsRequirement dane =
          RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder()
              .setDane(DaneMode.DANE_MANDATORY)
              .build();
      refused(peer, dane, "dane-unavailable");
      assertThat(peer.sessions()).isEmpty();
    }
  }

  @Test
  void requireTlsDemandsTheHostsOwnName() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      TlsRequirement requireTls =
          RelayLab.level(TlsLevel.OPPORTUNISTIC).toBuilder()
              .setRequireTls(RequireTls.REQUIRE_TLS_YES)
              .build();
      // Dialled by its address, which the certificate does not have.
      refused(peer, requireTls, "name-mismatch");
    }
  }

  private static final TlsRequirement REQUIRE_TLS =
      RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION).toBuilder()
          .setRequireTls(RequireTls.REQUIRE_TLS_YES)
          .build();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc8689_4_2_1_theParameterGoesToAHostThatOffersRequireTlsAndNothingToAnother(boolean offered)
      throws Exception {
    try (ScriptedPeer peer = named(offered)) {
      OutcomeRecorded outcome = lab.deliver(byName(peer));
      if (offered) {
        assertThat(peer.messages().getFirst().mailParameters()).isEqualTo("REQUIRETLS");
      } else {
        assertThat(outcome.getRecipients(0).getReason()).isEqualTo("requiretls-not-offered");
        assertThat(peer.envelopeSeen()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc8689_5_aDsnIsNotLostWhereTheHostDoesNotOfferRequireTls(boolean offered) throws Exception {
    try (ScriptedPeer peer = named(offered)) {
      DeliveryRequested.Builder dsn = byName(peer);
      dsn.getEnvelopeBuilder().setReversePath("");
      OutcomeRecorded outcome = lab.deliver(dsn);
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getToken()).isEqualTo("certificate-validation:certificate-validation");
      assertThat(peer.messages().getFirst().mailParameters())
          .isEqualTo(offered ? "REQUIRETLS" : "");
    }
  }

  @Test
  void rfc8689_5_aDsnNeedsTlsAndAGoodCertificateAllTheSame() throws Exception {
    try (ScriptedPeer peer = named(false);
        ScriptedPeer plain = ScriptedPeer.named("mail.fabrikam.com").start()) {
      DeliveryRequested.Builder dsn = byName(plain);
      dsn.getEnvelopeBuilder().setReversePath("");
      assertThat(lab.deliver(dsn).getRecipients(0).getReason()).isEqualTo("not-offered");
      assertThat(plain.envelopeSeen()).isFalse();
      lab.verdict(VerdictResult.BAD, VerdictReason.EXPIRED);
      DeliveryRequested.Builder second = byName(peer);
      second.getEnvelopeBuilder().setReversePath("");
      assertThat(lab.deliver(second).getRecipients(0).getReason()).isEqualTo("expired");
      assertThat(peer.envelopeSeen()).isFalse();
    }
  }

  private DeliveryRequested.Builder byName(ScriptedPeer peer) {
    lab.dns.a("mail.fabrikam.com", "127.0.0.1");
    NextHop hop =
        NextHop.newBuilder()
            .setRoute("fabrikam")
            .addSmartHosts(
                NextHopHost.newBuilder().setHost("mail.fabrikam.com").setPort(peer.port()))
            .build();
    DeliveryRequested.Builder request = RelayLab.request(REQUIRE_TLS, hop, "ann@fabrikam.com");
    request.getEnvelopeBuilder().setBody(BodyType.BODY_7BIT);
    return request;
  }

  private static ScriptedPeer named(boolean requireTls) {
    return ScriptedPeer.named("mail.fabrikam.com")
        .identity(GOOD)
        .capabilities(requireTls ? "REQUIRETLS" : "PIPELINING")
        .start();
  }

  @Test
  void S2_opportunisticGoesInPlaintextWhereTlsIsNotOffered() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").offerStartTls(false).start()) {
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer));
      assertThat(outcome.getToken()).isEqualTo("opportunistic:none(not-offered)");
      assertThat(outcome.hasTlsFacts()).isFalse();
      assertThat(peer.messages()).hasSize(1);
    }
  }

  @Test
  void S2_afterAFailedHandshakeTheOtherHostsComeFirstOverTls() throws Exception {
    try (ScriptedPeer broken =
            ScriptedPeer.named("a.fabrikam.com").identity(GOOD).failHandshake().start();
        ScriptedPeer good = ScriptedPeer.named("b.fabrikam.com").identity(GOOD).start()) {
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), broken, good));
      assertThat(outcome.getToken()).isEqualTo("opportunistic:encryption-only");
      assertThat(good.messages()).hasSize(1);
      assertThat(broken.envelopeSeen()).isFalse();
      assertThat(broken.sessions()).hasSize(2);
    }
  }

  @Test
  void S2_noPlaintextToTheNextHostAfterATlsSessionBroke() throws Exception {
    try (ScriptedPeer breaking =
            ScriptedPeer.named("a.fabrikam.com")
                .identity(GOOD)
                .on(PeerStage.MAIL, PeerStep.drop())
                .start();
        ScriptedPeer broken =
            ScriptedPeer.named("b.fabrikam.com").identity(GOOD).failHandshake().start()) {
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), breaking, broken));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("handshake-failed");
      assertThat(outcome.getToken()).isEqualTo("opportunistic/handshake-failed");
      assertThat(outcome.getAddress()).as("what said so").endsWith(":" + broken.port());
      assertThat(broken.sessions()).isNotEmpty();
      assertThat(broken.envelopeSeen()).isFalse();
    }
  }

  /** A handshake that stood is no failed one, whatever the host says over it. */
  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"OPPORTUNISTIC", "ENCRYPTION_ONLY"})
  void S2_aHostThatRefusesEhloOverTheSecondHandshakesTlsGetsNothingInPlaintext(TlsLevel level)
      throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).refuseLargeHello().start()) {
      peer.next(
          PeerStage.EHLO,
          OFFERS_STARTTLS,
          OFFERS_STARTTLS,
          PeerStep.answer(421, "4.3.2", "not now"));
      OutcomeRecorded outcome = refused(peer, RelayLab.level(level), "remote-4xx");
      assertThat(outcome.getRecipients(0).getReply().getText()).isEqualTo("not now");
      assertThat(peer.sessions()).hasSize(2);
    }
  }

  @Test
  void S2_noPlaintextToTheNextHostAfterATlsSessionBrokeBeforeItsEhlo() throws Exception {
    try (ScriptedPeer breaking = ScriptedPeer.named("a.fabrikam.com").identity(GOOD).start();
        ScriptedPeer broken =
            ScriptedPeer.named("b.fabrikam.com").identity(GOOD).failHandshake().start()) {
      breaking.next(PeerStage.EHLO, OFFERS_STARTTLS, PeerStep.drop());
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), breaking, broken));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getToken()).isEqualTo("opportunistic/handshake-failed");
      assertThat(broken.sessions()).hasSize(2);
      assertThat(broken.envelopeSeen()).isFalse();
    }
  }

  /** Neither over a new session nor over one that was kept from before. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void S2_noPlaintextToAHostWithoutStartTlsAfterATlsSessionBroke(boolean kept) throws Exception {
    TlsRequirement opportunistic = RelayLab.level(TlsLevel.OPPORTUNISTIC);
    try (ScriptedPeer breaking =
            ScriptedPeer.named("a.fabrikam.com")
                .identity(GOOD)
                .on(PeerStage.MAIL, PeerStep.drop())
                .start();
        ScriptedPeer stripped = ScriptedPeer.named("b.fabrikam.com").offerStartTls(false).start()) {
      if (kept) {
        lab.deliver(RelayLab.request(opportunistic, stripped));
      }
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(opportunistic, breaking, stripped));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("not-offered");
      assertThat(outcome.getRecipients(0).getDetail()).contains("TLS session");
      assertThat(stripped.sessions()).hasSize(kept ? 2 : 1);
      assertThat(stripped.messages()).hasSize(kept ? 1 : 0);
      assertThat(stripped.sessions().getLast().envelopeSeen()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"OPPORTUNISTIC", "ENCRYPTION_ONLY"})
  void aHostThatTakesNoLargeHelloIsAskedAgainWithoutTheHybridGroup(TlsLevel level)
      throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).refuseLargeHello().start()) {
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(RelayLab.level(level), peer));
      assertThat(outcome.getToken()).endsWith(":encryption-only");
      assertThat(outcome.getTlsFacts().getGroup()).isEqualTo("x25519");
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getRecipients(0).getDetail())
          .startsWith("the TLS handshake failed: ")
          .endsWith("; without the hybrid group it did not fail");
      assertThat(peer.sessions()).hasSize(2);
      assertThat(peer.sessions().getFirst().lines())
          .anyMatch(line -> line.contains("refused a hello"));
      assertThat(peer.sessions())
          .allSatisfy(
              session ->
                  assertThat(session.plaintextCommands()).noneMatch(c -> c.startsWith("MAIL")));
    }
  }

  @Test
  void whatWasTriedBeforePlaintextIsInTheOutcome() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).failHandshake().start()) {
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer));
      assertThat(outcome.getToken()).isEqualTo("opportunistic:none(handshake-failed)");
      assertThat(outcome.getRecipients(0).getDetail())
          .startsWith("the TLS handshake failed: ")
          .contains("; again without the hybrid group: the TLS handshake failed");
    }
  }

  @Test
  void S2_onlyWhenAllHandshakesFailedPlaintextToTheFirst() throws Exception {
    try (ScriptedPeer first =
            ScriptedPeer.named("a.fabrikam.com").identity(GOOD).failHandshake().start();
        ScriptedPeer second =
            ScriptedPeer.named("b.fabrikam.com").identity(GOOD).failHandshake().start()) {
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), first, second));
      assertThat(outcome.getToken()).isEqualTo("opportunistic:none(handshake-failed)");
      assertThat(first.messages()).hasSize(1);
      assertThat(second.envelopeSeen()).isFalse();
      // TLS is tried first again the next time.
      lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), first, second));
      assertThat(first.sessions()).hasSize(6);
    }
  }

  @Test
  void theNextHostIsTriedAndTheMostTellingReasonKept() throws Exception {
    Identity other = CA.issue(Issue.to("mail.contoso.com"));
    ScriptedPeer away = ScriptedPeer.named("gone.fabrikam.com").start();
    away.close();
    try (ScriptedPeer plain = ScriptedPeer.named("a.fabrikam.com").offerStartTls(false).start();
        ScriptedPeer wrong = ScriptedPeer.named("b.fabrikam.com").identity(other).start()) {
      OutcomeRecorded outcome =
          lab.deliver(
              RelayLab.request(RelayLab.level(TlsLevel.DOMAIN_VALIDATION), plain, wrong, away));
      assertThat(outcome.getToken()).isEqualTo("domain-validation/name-mismatch");
      assertThat(outcome.getAddress()).endsWith(":" + wrong.port());
      assertThat(plain.envelopeSeen() || wrong.envelopeSeen()).isFalse();
    }
  }

  @Test
  void G3_aKeptConnectionIsUsedForTheWholeSameRequirementOnly() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      TlsRequirement encryption = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);
      lab.deliver(RelayLab.request(encryption, peer));
      OutcomeRecorded second = lab.deliver(RelayLab.request(encryption, peer));
      assertThat(second.getTimings().getConnectionReused()).isTrue();
      assertThat(peer.sessions()).hasSize(1);
      OutcomeRecorded other =
          lab.deliver(
              RelayLab.request(encryption.toBuilder().setForwardSecrecy(true).build(), peer));
      assertThat(other.getTimings().getConnectionReused()).isFalse();
      assertThat(peer.sessions()).hasSize(2);
      assertThat(other.getTlsFacts().getResumed()).isFalse();
    }
  }

  @Test
  void S13_theEvidenceOfTheVerdictIsInTheOutcomeOverAKeptSessionAndWhereItIsRefusedToo()
      throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      ByteString leaf =
          ByteString.copyFrom(Fingerprints.sha256(GOOD.chain().getFirst().getEncoded()));
      TlsRequirement requirement = RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION);
      for (long update = 1; update <= 3; update++) {
        lab.verdict(
            CertificateVerdict.newBuilder()
                .setResult(update < 3 ? VerdictResult.GOOD : VerdictResult.BAD)
                .addPath(leaf)
                .setAnchorSubject("CN=Lab")
                .addRevocation(
                    RevocationEvidence.newBuilder()
                        .setCertificateFingerprint(leaf)
                        .setThisUpdateMillis(update))
                .build());
        OutcomeRecorded outcome = lab.deliver(RelayLab.request(requirement, peer));
        VerdictEvidence evidence = outcome.getEvidence();
        assertThat(evidence.getAnchorSubject()).isEqualTo("CN=Lab");
        assertThat(evidence.getPath(0).getSubject()).isEqualTo("CN=mail.fabrikam.com,O=Lab");
        assertThat(evidence.getPath(0).getRevocation().getThisUpdateMillis()).isEqualTo(update);
      }
      assertThat(peer.sessions()).as("one kept, and a fresh one that is refused").hasSize(2);
      assertThat(peer.messages()).hasSize(2);
    }
  }

  @Test
  void withoutAVerdictThereIsNoEvidence() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      TlsRequirement requirement = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);
      assertThat(lab.deliver(RelayLab.request(requirement, peer)).hasEvidence()).isFalse();
    }
  }

  @Test
  void theTimeOfAHostIsInTheStageInWhichItTookIt() throws Exception {
    Duration slow = Duration.ofMillis(300);
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com")
            .identity(GOOD)
            .on(PeerStage.BANNER, new PeerStep.GoOnAfter(slow))
            .on(PeerStage.RCPT, new PeerStep.GoOnAfter(slow))
            .on(PeerStage.END_OF_DATA, new PeerStep.GoOnAfter(slow))
            .start()) {
      Timings times =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.ENCRYPTION_ONLY), peer))
              .getTimings();
      assertThat(times.getOpenMillis()).isGreaterThanOrEqualTo(300);
      assertThat(times.getConnectMillis()).isBetween(300, times.getOpenMillis());
      assertThat(times.getEnvelopeMillis()).isGreaterThanOrEqualTo(300);
      assertThat(times.getEndMillis()).isGreaterThanOrEqualTo(300);
      assertThat(times.getTransferMillis()).isEqualTo(times.getDataMillis() + times.getEndMillis());
    }
  }

  @Test
  void G3_theVerdictIsAskedAgainAtEachReuse() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      TlsRequirement requirement = RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION);
      lab.deliver(RelayLab.request(requirement, peer));
      lab.verdict(VerdictResult.BAD, VerdictReason.REVOKED);
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(requirement, peer));
      assertThat(outcome.getToken()).isEqualTo("certificate-validation/revoked");
      assertThat(peer.messages()).hasSize(1);
    }
  }

  @Test
  void domainValidationByMxWithoutTlsDomainLooksForTheRecipientsDomain() throws Exception {
    Identity forDomain = CA.issue(Issue.to("fabrikam.com", "mx.fabrikam.com"));
    try (ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").identity(forDomain).start();
        RelayLab mx = new RelayLab(Optional.empty(), peer.port())) {
      mx.dns.mailDomain("fabrikam.com", "mx.fabrikam.com");
      NextHop hop = NextHop.newBuilder().setMxDomain("fabrikam.com").setRoute("mx").build();
      TlsRequirement requirement =
          TlsRequirement.newBuilder().setLevel(TlsLevel.DOMAIN_VALIDATION).build();
      OutcomeRecorded outcome = mx.deliver(RelayLab.request(requirement, hop, "ann@fabrikam.com"));
      assertThat(outcome.getToken()).isEqualTo("domain-validation:domain-validation");
      assertThat(outcome.getHost()).isEqualTo("mx.fabrikam.com");
      assertThat(peer.sessions().getFirst().serverName()).isEqualTo("mx.fabrikam.com");
    }
  }

  /** All share one context, and a resumed session would carry another's proof. */
  @Test
  void aTlsSessionIsResumedUnderTheSameRequirementAlone() throws Exception {
    Connections none = new Connections(0, 1, Duration.ofSeconds(1), Duration.ofMinutes(2));
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start();
        RelayLab fresh = new RelayLab(DestinationsLab.SETTINGS, none)) {
      TlsRequirement encrypted = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);
      TlsRequirement valid = RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION);
      List<Boolean> resumed = new ArrayList<>();
      for (TlsRequirement requirement : List.of(encrypted, valid, encrypted, valid)) {
        OutcomeRecorded outcome = fresh.deliver(RelayLab.request(requirement, peer));
        resumed.add(outcome.getTlsFacts().getResumed());
      }
      assertThat(resumed).containsExactly(false, false, true, true);
      assertThat(fresh.questions).as("each session is judged, a resumed one too").hasSize(2);
    }
  }

  @Test
  void theClientCertificateIsShownAndSniIsTheRequirements(@TempDir Path folder) throws Exception {
    CA.issue(Issue.to("relay.postern.example")).write(folder.resolve("contoso"), "ours");
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start();
        RelayLab certified = new RelayLab(Optional.of(folder), 1)) {
      TlsRequirement requirement =
          RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder()
              .setClientCertificate("contoso/ours")
              .setSni("sni.fabrikam.com")
              .build();
      certified.deliver(RelayLab.request(requirement, peer));
      PeerTranscript session = peer.sessions().getFirst();
      assertThat(session.clientChain().getFirst().getSubjectX500Principal().getName())
          .contains("relay.postern.example");
      assertThat(session.serverName()).isEqualTo("sni.fabrikam.com");
    }
  }

  @Test
  void whatAHostAsksForIsToldAlsoOfKeptSessionsAndNothingOfOneThatTheGateRefuses(
      @TempDir Path folder) throws Exception {
    CA.issue(Issue.to("relay.postern.example")).write(folder.resolve("contoso"), "ours");
    TlsRequirement requirement =
        RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION).toBuilder()
            .setClientCertificate("contoso/ours")
            .build();
    try (ScriptedPeer naming =
            ScriptedPeer.named("mail.fabrikam.com")
                .identity(GOOD)
                .clientAuthorities(CA.root(), CA.intermediate())
                .start();
        ScriptedPeer notAsking =
            ScriptedPeer.named("mail.fabrikam.com")
                .identity(GOOD)
                .askClientCertificate(false)
                .start();
        RelayLab certified = new RelayLab(Optional.of(folder), 1)) {
      certified.deliver(RelayLab.request(requirement, naming));
      certified.deliver(RelayLab.request(requirement, naming));
      assertThat(naming.sessions()).hasSize(1);
      assertThat(certified.handshakes).hasSize(2);
      RelayLab.Handshake last = certified.handshakes.getLast();
      assertThat(last.host()).isEqualTo("127.0.0.1");
      assertThat(last.facts().getOwnFingerprint().size()).isEqualTo(32);
      assertThat(last.asked()).isNotNull();
      assertThat(last.asked().authorities())
          .containsExactlyInAnyOrder(
              CertificateRequest.digest(CA.root().getSubjectX500Principal()),
              CertificateRequest.digest(CA.intermediate().getSubjectX500Principal()));

      certified.deliver(RelayLab.request(requirement, notAsking));
      assertThat(certified.handshakes).hasSize(3);
      assertThat(certified.handshakes.getLast().asked()).isNull();

      certified.connections.close();
      certified.verdict(VerdictResult.BAD, VerdictReason.REVOKED);
      certified.deliver(RelayLab.request(requirement, naming));
      assertThat(certified.handshakes).hasSize(3);
    }
  }

  @Test
  void aMissingClientCertificateDefersAndIsNamed(@TempDir Path folder) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start();
        RelayLab certified = new RelayLab(Optional.of(folder), 1)) {
      TlsRequirement requirement =
          RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder()
              .setClientCertificate("contoso/ours")
              .build();
      OutcomeRecorded outcome = certified.deliver(RelayLab.request(requirement, peer));
      assertThat(outcome.getToken()).isEqualTo("encryption-only/client-certificate-missing");
      assertThat(outcome.getRecipients(0).getDetail()).contains("contoso/ours.pem");
      assertThat(peer.sessions()).isEmpty();
    }
  }

  /** G8: neither one that lies in no organization's folder, nor another organization's. */
  @ParameterizedTest
  @ValueSource(
      strings = {"ours", "contoso/../northwind/theirs", "../theirs", "contoso/../../out", "/ours"})
  void noNameLeadsToACertificateOutsideTheOrganizationsFolder(String name, @TempDir Path outer)
      throws Exception {
    Path folder = outer.resolve("certificates");
    Identity certificate = CA.issue(Issue.to("relay.postern.example"));
    certificate.write(folder, "ours");
    certificate.write(folder.resolve("northwind"), "theirs");
    certificate.write(folder.resolve("contoso"), "mine");
    certificate.write(outer, "out");
    certificate.write(outer, "theirs");
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start();
        RelayLab certified = new RelayLab(Optional.of(folder), 1)) {
      TlsRequirement requirement =
          RelayLab.level(TlsLevel.ENCRYPTION_ONLY).toBuilder().setClientCertificate(name).build();
      OutcomeRecorded outcome = certified.deliver(RelayLab.request(requirement, peer));
      assertThat(outcome.getToken()).isEqualTo("encryption-only/client-certificate-missing");
      assertThat(peer.sessions()).isEmpty();
    }
  }

  /** A mailbox route's anchors are its own organization's, and not the sender's. */
  @Test
  void theVerdictIsAskedForInTheNameOfWhoseAnchorsAreNeeded() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").identity(GOOD).start()) {
      TlsRequirement requirement =
          RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION).toBuilder()
              .setAnchors(
                  AnchorSetReference.newBuilder().setId("northwind/partners").setVersion("1"))
              .build();
      lab.deliver(RelayLab.request(requirement, peer)); // of contoso
      lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.CERTIFICATE_VALIDATION), peer));
      assertThat(lab.questions)
          .extracting(VerdictQuestion::organization)
          .containsExactly("northwind", "contoso");
    }
  }

  private OutcomeRecorded refused(ScriptedPeer peer, TlsRequirement requirement, String reason)
      throws InterruptedException {
    OutcomeRecorded outcome = lab.deliver(RelayLab.request(requirement, peer));
    assertThat(outcome.getToken()).endsWith("/" + reason);
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo(reason);
    assertThat(outcome.getRecipients(0).getDetail()).isNotBlank();
    // From the peer's own transcript: nothing of the envelope was sent.
    assertThat(peer.envelopeSeen()).isFalse();
    for (PeerTranscript session : peer.sessions()) {
      for (String secret : List.of("contoso", "ann@fabrikam", "secret body")) {
        assertThat(session.mentions(secret)).isFalse();
      }
    }
    return outcome;
  }
}
