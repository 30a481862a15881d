package io.postern.operator.audit;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.util.stream.IntStream;

/** Records as the services write them. */
final class Mail {
  static final String SENDER = "anna@contoso.example";
  static final TlsRequirement ENCRYPTION =
      TlsRequirement.newBuilder()
          .setLevel(TlsLevel.ENCRYPTION_ONLY)
          .setMinimumVersion(TlsVersion.TLS_1_2)
          .setForwardSecrecy(true)
          .build();

  static final Owner OWNER = new Owner(0, 1, 1);

  private static long number;

  private Mail() {}

  static QueueId id() {
    return QueueId.next(0);
  }

  static MessageAccepted.Builder accepted(QueueId id, int recipients) {
    Envelope.Builder envelope = Envelope.newBuilder().setReversePath(SENDER);
    for (int i = 0; i < recipients; i++) {
      envelope.addRecipients(
          EnvelopeRecipient.newBuilder().setAddress("someone" + i + "@fabrikam.example"));
    }
    return MessageAccepted.newBuilder()
        .setQueueId(id.value())
        .setEnvelope(envelope)
        .addGroups(
            RecipientGroup.newBuilder()
                .setOrganization("contoso")
                .addAllRecipients(IntStream.range(0, recipients).boxed().toList()));
  }

  /** Without its source. */
  static Decision.Builder decision(QueueId id, int attempt) {
    return Decision.newBuilder().setQueueId(id.value()).setAttempt(attempt);
  }

  static OutcomeRecorded taken(Owner owner) {
    return OutcomeRecorded.newBuilder()
        .setWriter(OutcomeWriter.WRITER_DELIVERY)
        .setOwner(owner.message())
        .setPartitionTaken(true)
        .build();
  }

  static DeliveryRequested.Builder delivery(QueueId id, int attempt, Integer... recipients) {
    return DeliveryRequested.newBuilder()
        .setDeliveryId(new DeliveryId(id, attempt, 0).toString())
        .setQueueId(id.value())
        .setAttempt(attempt)
        .addAllRecipients(java.util.List.of(recipients))
        .setRequirement(ENCRYPTION);
  }

  static AttemptDue.Builder due(QueueId id, int attempt, Integer... recipients) {
    return AttemptDue.newBuilder()
        .setQueueId(id.value())
        .setAttempt(attempt)
        .addAllRecipients(java.util.List.of(recipients));
  }

  static OutcomeRecorded.Builder outcome(
      QueueId id, int attempt, OutcomeKind kind, Integer... recipients) {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setId(OutcomeId.newBuilder().setIncarnation("one").setNumber(++number))
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(id.value())
            .setAttempt(attempt)
            .setOwner(OWNER.message())
            .setRequirement(ENCRYPTION);
    for (int recipient : recipients) {
      outcome.addRecipients(RecipientOutcome.newBuilder().setRecipient(recipient).setKind(kind));
    }
    return kind == OutcomeKind.DELIVERED ? encrypted(outcome) : outcome;
  }

  /** A state that the scheduler writes itself. */
  static OutcomeRecorded own(QueueId id, int attempt, OutcomeKind kind, int recipient) {
    return outcome(id, attempt, kind, recipient)
        .setWriter(OutcomeWriter.WRITER_SCHEDULER)
        .clearOwner()
        .build();
  }

  static OutcomeRecorded.Builder encrypted(OutcomeRecorded.Builder outcome) {
    String level = Spelling.of(outcome.getRequirement().getLevel());
    return outcome
        .setToken(level + ":" + level)
        .setTlsFacts(TlsFacts.newBuilder().setVersion(TlsVersion.TLS_1_3).setForwardSecrecy(true));
  }

  static ScheduleEntry.Builder entry(ScheduleState state, int attempt) {
    return ScheduleEntry.newBuilder()
        .setState(state)
        .setAttempt(attempt)
        .setDueMillis(HandLog.NOW + 60_000);
  }

  static NoticeRequested.Builder notice(
      QueueId id, NoticeKind kind, String cause, Integer... recipients) {
    NoticeRequested.Builder notice =
        NoticeRequested.newBuilder()
            .setNoticeId(id + "/" + cause)
            .setKind(kind)
            .setQueueId(id.value())
            .setCause(cause)
            .setAtMillis(HandLog.NOW - 1000);
    for (int recipient : recipients) {
      notice.addRecipients(
          RecipientOutcome.newBuilder().setRecipient(recipient).setKind(OutcomeKind.FAILED));
    }
    return notice;
  }

  /** The DSN that answers a notice. */
  static MessageAccepted.Builder dsn(NoticeRequested notice) {
    QueueId id = QueueId.derived(0, notice.getNoticeId(), notice.getAtMillis());
    return MessageAccepted.newBuilder()
        .setQueueId(id.value())
        .setEnvelope(
            Envelope.newBuilder().addRecipients(EnvelopeRecipient.newBuilder().setAddress(SENDER)))
        .addGroups(RecipientGroup.newBuilder().setOrganization("contoso").addRecipients(0))
        .setCauseQueueId(notice.getQueueId())
        .setCause("failed");
  }
}
