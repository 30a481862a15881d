package io.postern.policy.notices;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** G3: a DSN carries no content of a message that had to travel above OPPORTUNISTIC. */
class FullReturnTest {
  private static final TlsRequirement LOOSE = Samples.requires(TlsLevel.OPPORTUNISTIC);
  private final QueueId queueId = QueueId.next(2);
  private final MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
  private final OutcomeRecorded.Builder outcome =
      Samples.attempt(queueId, LOOSE, Samples.outcome(0, OutcomeKind.FAILED, "remote-5xx"));
  private Action action = Action.FAILED;
  private TlsRequirement required = LOOSE;
  private long noticeMillis = Samples.FAILED;

  FullReturnTest() {
    original.getEnvelopeBuilder().setRet("FULL");
  }

  private boolean allowed() {
    return FullReturn.allowed(action, original.build(), required, outcome.build(), 1, noticeMillis);
  }

  @Test
  void G3_whatAlwaysTravelledOpportunisticallyIsReturnedWhenAskedFor() {
    assertThat(allowed()).isTrue();
  }

  @Test
  void withoutRetFullOnlyTheHeaderIsReturned() {
    original.getEnvelopeBuilder().setRet("");
    assertThat(allowed()).isFalse();
    original.getEnvelopeBuilder().setRet("HDRS");
    assertThat(allowed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Action.class,
      names = {"DELAYED", "RELAYED"})
  void rfc3461_4_3_onlyAFailureReturnsTheContent(Action other) {
    action = other;
    assertThat(allowed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"OPPORTUNISTIC", "UNRECOGNIZED"},
      mode = EnumSource.Mode.EXCLUDE)
  void G3_aHigherLevelByNoticeOrOutcomeForbidsIt(TlsLevel level) {
    required = Samples.requires(level);
    assertThat(allowed()).isFalse();
    required = LOOSE;
    outcome.setRequirement(Samples.requires(level));
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_aDomainThatDemandedTlsOfOneOfTheConnectionsForbidsIt() {
    outcome
        .addOtherConnections(
            OutcomeConnection.newBuilder().setDane(DaneEvidence.getDefaultInstance()))
        .getRecipientsBuilder(0)
        .setConnection(1);
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_aLevelOfANewerVersionForbidsIt() {
    required = TlsRequirement.newBuilder().setLevelValue(99).build();
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_whatAddsToTheLevelForbidsIt() {
    required = LOOSE.toBuilder().setForwardSecrecy(true).build();
    assertThat(allowed()).isFalse();
    required = LOOSE.toBuilder().setPostQuantum(true).build();
    assertThat(allowed()).isFalse();
    required = LOOSE.toBuilder().setMinimumVersion(TlsVersion.TLS_1_3).build();
    assertThat(allowed()).isFalse();
    required = LOOSE.toBuilder().setDane(DaneMode.DANE_MANDATORY).build();
    assertThat(allowed()).isFalse();
    required = LOOSE;
    original.getEnvelopeBuilder().setRequireTls(RequireTls.REQUIRE_TLS_YES);
    assertThat(allowed()).isFalse();
  }

  @Test
  void binaryContentIsNotReturned() {
    original.getEnvelopeBuilder().setBody(BodyType.BODY_BINARYMIME);
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_daneOfTheRecipientsDomainForbidsItAsSoonAsItApplies() {
    required = LOOSE.toBuilder().setDane(DaneMode.DANE_OPPORTUNISTIC).build();
    outcome.setRequirement(required);
    assertThat(allowed()).isTrue();
    outcome.setDane(DaneEvidence.newBuilder().setBase("mx.fabrikam.example"));
    assertThat(allowed()).isFalse();
    outcome.clearDane().getRecipientsBuilder(0).setReason("dane-dns-failure");
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_anInboundConnectorForbidsIt() {
    original.getGroupsBuilder(0).setConnector("From Fabrikam");
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_anEarlierAttemptOrAnotherRecipientMayHaveHadAnotherRequirement() {
    outcome.setAttempt(2);
    assertThat(allowed()).isFalse();
    outcome.setAttempt(1);
    original
        .getEnvelopeBuilder()
        .addRecipients(original.getEnvelope().getRecipients(0).toBuilder().setAddress("c@d.e"));
    assertThat(allowed()).isFalse();
  }

  @Test
  void G3_anAttemptThatIsNotKnownForbidsIt() {
    assertThat(
            FullReturn.allowed(
                action,
                original.build(),
                required,
                OutcomeRecorded.getDefaultInstance(),
                1,
                noticeMillis))
        .isFalse();
  }

  @Test
  void contentThatTheLogMayForgetBeforeTheDsnExpiresIsNotReferredTo() {
    Duration kept =
        Topics.ALL.stream()
            .filter(topic -> topic.name().equals(Topics.MAIL_CONTENT))
            .map(TopicDeclaration::retention)
            .findFirst()
            .orElseThrow();
    assertThat(kept.minus(Topics.LONGEST_LIFETIME))
        .as("leaves the notice writer as much again")
        .isGreaterThanOrEqualTo(FullReturn.LONGEST_BEFORE_NOTICE.multipliedBy(2));
    noticeMillis = Samples.ACCEPTED + FullReturn.LONGEST_BEFORE_NOTICE.toMillis();
    assertThat(allowed()).isTrue();
    noticeMillis++;
    assertThat(allowed()).isFalse();
    noticeMillis = Samples.FAILED;
    original.clearAcceptedMillis();
    assertThat(allowed()).as("an age that is not known").isFalse();
  }

  @Test
  void aMessageThatFewHostsWouldTakeIsNotReturned() {
    original.setSize(FullReturn.MOST_BYTES + 1);
    assertThat(allowed()).isFalse();
  }
}
