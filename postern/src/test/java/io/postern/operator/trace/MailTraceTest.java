package io.postern.operator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.PathCertificate;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.log.rules.RecipientFold;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which records count in a trace, and how the others are shown. */
final class MailTraceTest {
  private static final Owner FIRST = new Owner(0, 1, 1);
  private static final Owner SECOND = new Owner(0, 2, 1);

  private final QueueId id = QueueId.next(0);
  private final TraceReading reading = new TraceReading(id, 0);
  private final Map<String, Long> ends = new HashMap<>();
  private long now = 1_000;

  MailTraceTest() {
    write(
        Topics.MAIL_ACCEPTED,
        id.value(),
        MessageAccepted.newBuilder()
            .setQueueId(id.value())
            .setEnvelope(
                Envelope.newBuilder()
                    .addRecipients(EnvelopeRecipient.newBuilder().setAddress("a@fabrikam.example")))
            .build());
  }

  private void write(String topic, String key, MessageLite value) {
    long offset = ends.merge(topic, 1L, Long::sum) - 1;
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>(
            topic,
            0,
            offset,
            now++,
            TimestampType.LOG_APPEND_TIME,
            0,
            0,
            key,
            value.toByteArray(),
            new RecordHeaders(),
            Optional.empty());
    reading.read(record);
  }

  private void decision(DecisionSource source, long offset, long previous, int attempt) {
    write(
        Topics.MAIL_DELIVERIES,
        id.value(),
        Decision.newBuilder()
            .setSource(source)
            .setSourceOffset(offset)
            .setPrevious(previous)
            .setQueueId(id.value())
            .setAttempt(attempt)
            .addDeliveries(
                DeliveryRequested.newBuilder()
                    .setQueueId(id.value())
                    .setAttempt(attempt)
                    .addRecipients(0))
            .build());
  }

  private void due(int attempt) {
    write(
        Topics.MAIL_DUE,
        id.value(),
        AttemptDue.newBuilder()
            .setQueueId(id.value())
            .setAttempt(attempt)
            .addRecipients(0)
            .build());
  }

  private OutcomeRecorded.Builder outcome(Owner owner, int attempt, OutcomeKind kind) {
    return OutcomeRecorded.newBuilder()
        .setQueueId(id.value())
        .setAttempt(attempt)
        .setOwner(owner.message())
        .addRecipients(RecipientOutcome.newBuilder().setKind(kind));
  }

  private void record(OutcomeRecorded.Builder outcome) {
    write(Topics.MAIL_OUTCOMES, id.value(), outcome.build());
  }

  private void own(int attempt, OutcomeKind kind) {
    write(
        Topics.MAIL_SCHEDULE_OUTCOMES,
        id.value(),
        outcome(Owner.NOBODY, attempt, kind).clearOwner().build());
  }

  private void taken(Owner owner) {
    write(
        Topics.MAIL_OUTCOMES,
        "",
        OutcomeRecorded.newBuilder().setPartitionTaken(true).setOwner(owner.message()).build());
  }

  private String last() {
    MailTrace.LastOutcome last = reading.trace().lastOutcomes().get("a@fabrikam.example");
    return last == null ? "none" : last.text().strip();
  }

  private String lines(boolean why) {
    return String.join("\n", new TracePrinter(why).lines(reading.trace()));
  }

  @Test
  void theFirstOfTwoDecisionsCounts() {
    decision(DecisionSource.SOURCE_ACCEPTED, 0, -1, 1);
    decision(DecisionSource.SOURCE_ACCEPTED, 0, -1, 1);
    decision(DecisionSource.SOURCE_ACCEPTED, 3, 2, 2);
    assertThat(reading.trace().deliveries()).hasSize(1);
    assertThat(lines(false)).doesNotContain("ignored");
    assertThat(lines(true))
        .containsOnlyOnce("it was written twice, the first one is used")
        .containsOnlyOnce("the Decision before it is missing, both are decided again");
  }

  @Test
  void aFormerOwnersFailureIsShownAndDoesNotCount() {
    taken(SECOND);
    record(outcome(FIRST, 1, OutcomeKind.FAILED));
    assertThat(reading.trace().outcomes()).isEmpty();
    assertThat(reading.trace().settled()).isFalse();
    assertThat(last()).isEqualTo("none");
    assertThat(lines(false)).contains("failed; ignored: its writer had lost");
  }

  @Test
  void internalMailAndTheWorkOfTheHeaderFirewallAreShown() {
    assertThat(lines(false)).doesNotContain("internal", "header");
    MessageAccepted.Builder accepted =
        MessageAccepted.newBuilder().setQueueId(id.value()).setInternal(true);
    accepted.getHeaderFirewallBuilder().setRemoved(2).setOrganization(3);
    TraceReading internal = new TraceReading(id, 0);
    internal.read(
        new ConsumerRecord<>(
            Topics.MAIL_ACCEPTED,
            0,
            0,
            now,
            TimestampType.LOG_APPEND_TIME,
            0,
            0,
            id.value(),
            accepted.build().toByteArray(),
            new RecordHeaders(),
            Optional.empty()));
    assertThat(new TracePrinter(false).lines(internal.trace()))
        .contains(
            "internal   treated as the organization's own mail",
            "header     2 fields of the sender removed, 3 of the organization in it");
  }

  @Test
  void aHostThatMayHaveTheMessageIsShown() {
    OutcomeRecorded.Builder doubt = outcome(FIRST, 1, OutcomeKind.DEFERRED);
    doubt.getRecipientsBuilder(0).setDetail("it went away").setMayHaveBeenTaken(true);
    record(doubt);
    assertThat(lines(false)).contains("it went away; it may have accepted the message");
  }

  @Test
  void eachRecipientHasTheHostThatTookIt() {
    OutcomeRecorded.Builder two = outcome(FIRST, 1, OutcomeKind.DELIVERED).setHost("a.example");
    two.getRecipientsBuilder(0).setConnection(1);
    two.addOtherConnections(
        OutcomeConnection.newBuilder()
            .setHost("b.example")
            .setAddress("192.0.2.2:25")
            .setToken("opportunistic:encryption-only"));
    record(two);
    assertThat(lines(true))
        .contains("TLS opportunistic:encryption-only", "at b.example [192.0.2.2:25]")
        .doesNotContain("a.example");
    assertThat(json().at("/outcomes/0/host").asText()).isEqualTo("b.example");
    assertThat(last()).isEqualTo("delivered opportunistic:encryption-only");
  }

  @Test
  void whatWasTriedBeforeADeliveryIsShown() {
    OutcomeRecorded.Builder second = outcome(FIRST, 1, OutcomeKind.DELIVERED);
    second
        .getRecipientsBuilder(0)
        .setReply(RemoteReply.newBuilder().setCode(250).setText("Ok"))
        .setDetail("the TLS handshake failed");
    record(second);
    assertThat(lines(false)).contains("it replied: 250 Ok; before: the TLS handshake failed");
  }

  @Test
  void S13_theEvidenceOfAVerdictAndTheTimesOfAnAttemptAreShown() {
    record(
        outcome(FIRST, 1, OutcomeKind.DELIVERED)
            .setVerdict("good")
            .setTimings(
                Timings.newBuilder().setStartedMillis(1_000).setDnsMillis(12).setEndMillis(34))
            .setEvidence(
                VerdictEvidence.newBuilder()
                    .setAnchorSubject("CN=Root")
                    .setJudgedAtMillis(1_000)
                    .setValidUntilMillis(2_000)
                    .addPath(
                        PathCertificate.newBuilder()
                            .setSubject("CN=mail.fabrikam.example")
                            .setRevocation(
                                RevocationEvidence.newBuilder()
                                    .setCertificateFingerprint(ByteString.fromHex("a1b2"))
                                    .setStatus(RevocationStatus.NOT_REVOKED)
                                    .setSource("crl")
                                    .setUrl("http://crl.example/1.crl")
                                    .setThisUpdateMillis(3_000)
                                    .setNextUpdateMillis(4_000)))));
    assertThat(lines(false)).contains("certificate good").doesNotContain("crl.example", "in ms");
    assertThat(lines(true))
        .contains("DNS 12,", "final dot 34")
        .contains(
            "certificate CN=mail.fabrikam.example [a1b2]: not-revoked by crl"
                + " http://crl.example/1.crl, of 1970-01-01T00:00:03Z, next 1970-01-01T00:00:04Z")
        .contains(
            "anchor CN=Root of the installation's set, checked at 1970-01-01T00:00:01Z, valid until"
                + " 1970-01-01T00:00:02Z");
    JsonNode delivered = json().at("/outcomes/0");
    assertThat(delivered.at("/times/dns").asInt()).isEqualTo(12);
    assertThat(delivered.at("/evidence/anchor").asText()).isEqualTo("CN=Root");
    JsonNode certificate = delivered.at("/evidence/path/0");
    assertThat(certificate.path("status").asText()).isEqualTo("not-revoked");
    assertThat(certificate.path("url").asText()).isEqualTo("http://crl.example/1.crl");
    assertThat(certificate.path("thisUpdate").asText()).isEqualTo("1970-01-01T00:00:03Z");
  }

  @Test
  void aFormerOwnersDeliveredIsLateAndCounts() {
    taken(SECOND);
    record(outcome(FIRST, 1, OutcomeKind.DELIVERED));
    record(outcome(SECOND, 1, OutcomeKind.DEFERRED));
    assertThat(last()).isEqualTo("delivered");
    assertThat(lines(false)).contains("delivered; late: its writer had lost the partition");
  }

  @Test
  void anAnnulledFailureIsNoEnd() {
    record(outcome(FIRST, 1, OutcomeKind.STILL_OPEN));
    due(2);
    taken(SECOND);
    record(outcome(FIRST, 1, OutcomeKind.FAILED).setAfterStillOpen(true));
    assertThat(last()).isEqualTo("none");
    assertThat(lines(false)).contains("failed; ignored: the scheduler had ended attempt 1");
    record(outcome(SECOND, 2, OutcomeKind.FAILED));
    assertThat(last()).isEqualTo("failed");
  }

  @Test
  void theSchedulersOwnWordIsTheLast() {
    record(outcome(FIRST, 1, OutcomeKind.DEFERRED));
    own(1, OutcomeKind.OUTCOME_KIND_UNSPECIFIED);
    own(1, OutcomeKind.HELD);
    assertThat(last()).isEqualTo("held");
    own(1, OutcomeKind.CANCELLED);
    record(outcome(FIRST, 1, OutcomeKind.FAILED).setAfterStillOpen(true));
    assertThat(last()).isEqualTo("cancelled");
    assertThat(lines(false)).contains("scheduler  a@fabrikam.example cancelled");
    record(outcome(FIRST, 1, OutcomeKind.DELIVERED).setAfterStillOpen(true));
    assertThat(last()).isEqualTo("delivered");
  }

  @Test
  void aDecisionsOutcomeIsShownUntilItIsRecorded() {
    OutcomeRecorded.Builder held = outcome(FIRST, 1, OutcomeKind.HELD);
    write(
        Topics.MAIL_DELIVERIES,
        id.value(),
        Decision.newBuilder()
            .setSource(DecisionSource.SOURCE_ACCEPTED)
            .setPrevious(-1)
            .setQueueId(id.value())
            .addOutcomes(held.clone().clearOwner())
            .build());
    assertThat(lines(false)).contains("held; not recorded by delivery-service yet");
    record(held);
    assertThat(lines(false)).doesNotContain("not recorded").contains("outcome    a@fabrikam");
  }

  @Test
  void aCopyOfHeldContentLeavesTheRecipientHeld() {
    taken(FIRST);
    record(outcome(FIRST, 1, OutcomeKind.DEFERRED));
    own(1, OutcomeKind.HELD);
    record(outcome(FIRST, 1, OutcomeKind.MOVED));
    record(outcome(FIRST, 2, OutcomeKind.MOVED));
    assertThat(last()).isEqualTo("held");
  }

  @Test
  void anAnswerToAnAdministratorLeavesTheRecipientDeferred() {
    taken(FIRST);
    record(outcome(FIRST, 1, OutcomeKind.DEFERRED));
    own(1, OutcomeKind.OUTCOME_KIND_UNSPECIFIED);
    record(outcome(FIRST, 1, OutcomeKind.OUTCOME_KIND_UNSPECIFIED));
    assertThat(last()).isEqualTo("deferred");
  }

  /**
   * Each kind, alone: a state is the last outcome, anything else leaves the recipient as it was.
   */
  @ParameterizedTest
  @EnumSource(
      value = OutcomeKind.class,
      names = {"UNRECOGNIZED"},
      mode = EnumSource.Mode.EXCLUDE)
  void theLastOutcomeIsAState(OutcomeKind kind) {
    taken(FIRST);
    boolean scheduler =
        switch (kind) {
          case HELD, RELEASED, EXPIRED_OUTCOME, CANCELLED, NOT_NOTIFIED, OUTCOME_KIND_UNSPECIFIED ->
              true;
          default -> false;
        };
    if (scheduler) {
      own(1, kind);
    } else {
      record(outcome(FIRST, 1, kind));
    }
    switch (kind) {
      case DELIVERED, CANCELLED, HELD, DEFERRED, FAILED ->
          assertThat(last()).isEqualTo(kind.name().toLowerCase(Locale.ROOT));
      default -> assertThat(last().equals("none")).isEqualTo(!RecipientFold.isState(kind));
    }
    assertThat(reading.trace().settled()).isEqualTo(!last().equals("none"));
  }

  private JsonNode json() {
    return new ObjectMapper().valueToTree(TraceJson.of(id, reading.trace(), true));
  }

  @Test
  void aProgramReadsWhatCountsAndWhyTheRestDoesNot() {
    taken(FIRST);
    decision(DecisionSource.SOURCE_ACCEPTED, 0, -1, 1);
    decision(DecisionSource.SOURCE_ACCEPTED, 0, -1, 1);
    taken(SECOND);
    record(outcome(FIRST, 1, OutcomeKind.FAILED));
    record(outcome(FIRST, 1, OutcomeKind.DELIVERED));
    record(
        outcome(SECOND, 1, OutcomeKind.DEFERRED)
            .setToken("certificate-validation/revoked")
            .setHost("mail.fabrikam.example")
            .setAtMillis(1_000)
            .setRecipients(
                0,
                RecipientOutcome.newBuilder()
                    .setKind(OutcomeKind.DEFERRED)
                    .setReason("remote")
                    .setReply(RemoteReply.newBuilder().setCode(451).setText("later"))));
    due(2);
    own(2, OutcomeKind.EXPIRED_OUTCOME);
    JsonNode read = json();
    assertThat(read.path("queueId").asText()).isEqualTo(id.value());
    assertThat(read.path("found").asBoolean()).isTrue();
    assertThat(read.at("/accepted/recipients/0").asText()).isEqualTo("a@fabrikam.example");
    assertThat(read.path("decisions").findValuesAsText("counts"))
        .containsExactly("counts", "replay");
    assertThat(read.at("/decisions/0/deliveries/0/recipients/0").asText())
        .isEqualTo("a@fabrikam.example");
    JsonNode outcomes = read.path("outcomes");
    assertThat(outcomes.findValuesAsText("writer"))
        .containsExactly("delivery", "delivery", "delivery", "scheduler");
    assertThat(outcomes.findValuesAsText("kind"))
        .containsExactly("failed", "delivered", "deferred", "expired");
    assertThat(outcomes.findValuesAsText("counts"))
        .containsExactly("former-owner", "late", "counts", "counts");
    JsonNode deferred = outcomes.get(2);
    assertThat(deferred.path("token").asText()).isEqualTo("certificate-validation/revoked");
    assertThat(deferred.path("reply").asText()).isEqualTo("451 later");
    assertThat(deferred.path("reason").asText()).isEqualTo("remote");
    assertThat(deferred.path("at").asText()).isEqualTo("1970-01-01T00:00:01Z");
  }

  @Test
  void aProgramReadsThatThereIsNoSuchMessage() {
    MailTrace nothing = new TraceReading(QueueId.next(0), 0).trace();
    assertThat(TraceJson.of(id, nothing, false).found()).isFalse();
  }
}
