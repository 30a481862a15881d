package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.TlsRequirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What one record or one punctuation leads to: attempts that are due, notices, outcomes of our own.
 * Recipients of one message that have the same to be said of them share a record, of at most some
 * 500 KB. Owner: the partition's task; for one use.
 */
final class Outbox {
  static final int MOST_BYTES = 500_000;
  // A queue id, a requirement and the rest of a record.
  private static final int RECORD_BYTES = 4_000;

  private final String incarnation;
  private final LongSupplier numbers;
  private final long now;
  private final Map<Attempt, List<Integer>> attempts = new LinkedHashMap<>();
  private final Map<Notice, List<RecipientOutcome>> notices = new LinkedHashMap<>();
  private final Map<Outcome, List<RecipientOutcome>> outcomes = new LinkedHashMap<>();

  /** What recipients must share to be due in one record. */
  private record Attempt(
      QueueId queueId,
      long acceptedOffset,
      int number,
      long dueMillis,
      String heldReason,
      String connector,
      TlsRequirement requirement,
      ContentReference kept,
      DueCause cause,
      long routingVersion) {}

  private record Notice(
      QueueId queueId,
      NoticeKind kind,
      String cause,
      long acceptedOffset,
      long outcomeOffset,
      String organization,
      TlsRequirement requirement,
      long expiresMillis,
      long atMillis) {}

  private record Outcome(
      QueueId queueId,
      int attempt,
      String controlId,
      String organization,
      String connector,
      TlsRequirement requirement,
      String route,
      long acceptedOffset,
      long acceptedMillis,
      long expiresMillis) {}

  /**
   * @param incarnation of the writer
   * @param numbers that no other outcome of the incarnation has
   */
  Outbox(String incarnation, LongSupplier numbers, long now) {
    this.incarnation = incarnation;
    this.numbers = numbers;
    this.now = now;
  }

  /** The recipient's attempt is due; the entry is as it was before. */
  void due(EntryKey key, ScheduleEntry entry) {
    Attempt attempt =
        new Attempt(
            key.queueId(),
            entry.getAcceptedOffset(),
            entry.getAttempt() + 1,
            entry.getDueMillis(),
            entry.getReleasedReason(),
            entry.getConnector(),
            entry.getRequirement(),
            entry.getKept(),
            entry.getCause(),
            entry.getRoutingVersion());
    attempts.computeIfAbsent(attempt, a -> new ArrayList<>()).add(key.recipient());
  }

  /**
   * A notice. Its cause is completed by the first of the recipients that share it ({@code
   * expired/2}, {@code failed/3/0/2}): those of one outcome may have to be told in several notices,
   * and no two notices have the same id.
   *
   * @param atMillis of the outcome that it follows from, so that the same outcome asks for the same
   *     notice; 0: now
   */
  void notice(
      EntryKey key,
      ScheduleEntry entry,
      NoticeKind kind,
      String cause,
      RecipientOutcome recipient,
      long atMillis) {
    Notice notice =
        new Notice(
            key.queueId(),
            kind,
            cause,
            entry.getAcceptedOffset(),
            entry.getOutcomeOffset(),
            entry.getOrganization(),
            entry.getRequirement(),
            entry.getExpiresMillis(),
            atMillis > 0 ? atMillis : now);
    notices.computeIfAbsent(notice, n -> new ArrayList<>()).add(recipient);
  }

  /** A recipient's new state, or an answer: see {@link Answers}. */
  void outcome(EntryKey key, ScheduleEntry entry, String controlId, RecipientOutcome recipient) {
    outcomes
        .computeIfAbsent(group(key.queueId(), entry, controlId), o -> new ArrayList<>())
        .add(recipient);
  }

  /** An answer about recipients of whom nothing is known. */
  void outcome(QueueId queueId, String controlId, RecipientOutcome answer) {
    outcomes
        .computeIfAbsent(
            group(queueId, ScheduleEntry.getDefaultInstance(), controlId), o -> new ArrayList<>())
        .add(answer);
  }

  /** An answer about no recipient: the control was read, and waits for first attempts. */
  void seen(QueueId queueId, String controlId) {
    outcomes.computeIfAbsent(
        group(queueId, ScheduleEntry.getDefaultInstance(), controlId), o -> new ArrayList<>());
  }

  private static Outcome group(QueueId queueId, ScheduleEntry entry, String controlId) {
    return new Outcome(
        queueId,
        entry.getAttempt(),
        controlId,
        entry.getOrganization(),
        entry.getConnector(),
        entry.getRequirement(),
        entry.getRoute(),
        entry.getAcceptedOffset(),
        entry.getAcceptedMillis(),
        entry.getExpiresMillis());
  }

  List<AttemptDue> attempts() {
    List<AttemptDue> all = new ArrayList<>();
    attempts.forEach(
        (attempt, recipients) -> {
          AttemptDue.Builder due =
              AttemptDue.newBuilder()
                  .setQueueId(attempt.queueId().value())
                  .setAcceptedOffset(attempt.acceptedOffset())
                  .addAllRecipients(recipients.stream().sorted().toList())
                  .setAttempt(attempt.number())
                  .setDueMillis(attempt.dueMillis())
                  .setCause(attempt.cause())
                  .setRoutingVersion(attempt.routingVersion())
                  .setHeldReason(attempt.heldReason())
                  .setConnector(attempt.connector());
          if (!attempt.requirement().equals(TlsRequirement.getDefaultInstance())) {
            due.setRequirement(attempt.requirement());
          }
          if (!attempt.kept().equals(ContentReference.getDefaultInstance())) {
            due.addMovedContent(
                ContentSegment.newBuilder()
                    .setReference(
                        attempt.kept().toBuilder()
                            .setTopic(Topics.MAIL_CONTENT_HELD)
                            .setPartition(attempt.queueId().partition())));
          }
          all.add(due.build());
        });
    return all;
  }

  List<NoticeRequested> notices() {
    List<NoticeRequested> all = new ArrayList<>();
    notices.forEach(
        (notice, recipients) -> {
          for (List<RecipientOutcome> some : parts(recipients)) {
            String cause = notice.cause() + "/" + some.getFirst().getRecipient();
            NoticeRequested.Builder requested =
                NoticeRequested.newBuilder()
                    .setNoticeId(notice.queueId() + "/" + cause)
                    .setKind(notice.kind())
                    .setQueueId(notice.queueId().value())
                    .setAcceptedOffset(notice.acceptedOffset())
                    .addAllRecipients(some)
                    .setOrganization(notice.organization())
                    .setAtMillis(notice.atMillis())
                    .setCause(cause)
                    .setOutcomeOffset(notice.outcomeOffset())
                    .setExpiresMillis(notice.expiresMillis());
            if (!notice.requirement().equals(TlsRequirement.getDefaultInstance())) {
              requested.setRequirement(notice.requirement());
            }
            all.add(requested.build());
          }
        });
    return all;
  }

  List<OutcomeRecorded> outcomes() {
    List<OutcomeRecorded> all = new ArrayList<>();
    outcomes.forEach(
        (outcome, recipients) -> {
          for (List<RecipientOutcome> some : parts(recipients)) {
            OutcomeRecorded.Builder recorded =
                OutcomeRecorded.newBuilder()
                    .setId(
                        OutcomeId.newBuilder()
                            .setIncarnation(incarnation)
                            .setNumber(numbers.getAsLong()))
                    .setWriter(OutcomeWriter.WRITER_SCHEDULER)
                    .setQueueId(outcome.queueId().value())
                    .setAttempt(outcome.attempt())
                    .addAllRecipients(some)
                    .setOrganization(outcome.organization())
                    .setConnector(outcome.connector())
                    .setRoute(outcome.route())
                    .setAcceptedOffset(outcome.acceptedOffset())
                    .setAcceptedMillis(outcome.acceptedMillis())
                    .setExpiresMillis(outcome.expiresMillis())
                    .setControlId(outcome.controlId())
                    .setAtMillis(now);
            if (!outcome.requirement().equals(TlsRequirement.getDefaultInstance())) {
              recorded.setRequirement(outcome.requirement());
            }
            all.add(recorded.build());
          }
        });
    return all;
  }

  /** In the order of the recipients; one part, and an empty one, where there are none. */
  private static List<List<RecipientOutcome>> parts(List<RecipientOutcome> recipients) {
    List<List<RecipientOutcome>> parts = new ArrayList<>();
    List<RecipientOutcome> part = new ArrayList<>();
    int bytes = RECORD_BYTES;
    for (RecipientOutcome recipient :
        recipients.stream()
            .sorted((a, b) -> Integer.compare(a.getRecipient(), b.getRecipient()))
            .toList()) {
      int size = recipient.getSerializedSize() + 4;
      if (!part.isEmpty() && bytes + size > MOST_BYTES) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = RECORD_BYTES;
      }
      part.add(recipient);
      bytes += size;
    }
    parts.add(part);
    return parts;
  }
}
