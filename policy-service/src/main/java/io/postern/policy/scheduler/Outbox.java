package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.TlsRequirement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The records that one step leads to: attempts that are due, notices, outcomes of our own.
 * Recipients of one message share a record where all else in it is equal; a record has at most some
 * 500 KB. Owner: the partition's task; for one use.
 */
final class Outbox {
  static final int MOST_BYTES = 500_000;
  // A queue id, a requirement and the rest of a record.
  private static final int RECORD_BYTES = 4_000;

  private final String incarnation;
  private final LongSupplier numbers;
  private final long now;
  // Each by the record as it is but for its recipients, and for ids that follow from them.
  private final Map<AttemptDue, List<Integer>> attempts = new LinkedHashMap<>();
  private final Map<NoticeRequested, List<RecipientOutcome>> notices = new LinkedHashMap<>();
  private final Map<OutcomeRecorded, List<RecipientOutcome>> outcomes = new LinkedHashMap<>();

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
    AttemptDue.Builder due =
        AttemptDue.newBuilder()
            .setQueueId(key.queueId().value())
            .setAcceptedOffset(entry.getAcceptedOffset())
            .setAttempt(entry.getAttempt() + 1)
            .setDueMillis(entry.getDueMillis())
            .setCause(entry.getCause())
            .setRoutingVersion(entry.getRoutingVersion())
            .setHeldReason(entry.getReleasedReason())
            .setConnector(entry.getConnector());
    if (isKnown(entry.getRequirement())) {
      due.setRequirement(entry.getRequirement());
    }
    if (!entry.getKept().equals(ContentReference.getDefaultInstance())) {
      due.addMovedContent(
          ContentSegment.newBuilder()
              .setReference(
                  entry.getKept().toBuilder()
                      .setTopic(Topics.MAIL_CONTENT_HELD)
                      .setPartition(key.queueId().partition())));
    }
    attempts.computeIfAbsent(due.build(), d -> new ArrayList<>()).add(key.recipient());
  }

  /**
   * A notice. Its cause is completed by the first of the recipients that share it ({@code
   * expired/2}, {@code failed/3/0/2}): recipients of one outcome may need several notices, and no
   * two notices have the same id.
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
    NoticeRequested.Builder notice =
        NoticeRequested.newBuilder()
            .setKind(kind)
            .setQueueId(key.queueId().value())
            .setAcceptedOffset(entry.getAcceptedOffset())
            .setOrganization(entry.getOrganization())
            .setAtMillis(atMillis > 0 ? atMillis : now)
            .setCause(cause)
            .setOutcomeOffset(entry.getOutcomeOffset())
            .setExpiresMillis(entry.getExpiresMillis());
    if (isKnown(entry.getRequirement())) {
      notice.setRequirement(entry.getRequirement());
    }
    notices.computeIfAbsent(notice.build(), n -> new ArrayList<>()).add(recipient);
  }

  /** A recipient's new state, or an answer: see {@link Answers}. */
  void outcome(EntryKey key, ScheduleEntry entry, String controlId, RecipientOutcome recipient) {
    recipients(key.queueId(), entry, controlId).add(recipient);
  }

  /** An answer about recipients without an entry. */
  void outcome(QueueId queueId, String controlId, RecipientOutcome answer) {
    recipients(queueId, ScheduleEntry.getDefaultInstance(), controlId).add(answer);
  }

  /** An answer about no recipient: the control was read, and waits for first attempts. */
  void seen(QueueId queueId, String controlId) {
    recipients(queueId, ScheduleEntry.getDefaultInstance(), controlId);
  }

  private List<RecipientOutcome> recipients(
      QueueId queueId, ScheduleEntry entry, String controlId) {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_SCHEDULER)
            .setQueueId(queueId.value())
            .setAttempt(entry.getAttempt())
            .setOrganization(entry.getOrganization())
            .setConnector(entry.getConnector())
            .setRoute(entry.getRoute())
            .setAcceptedOffset(entry.getAcceptedOffset())
            .setAcceptedMillis(entry.getAcceptedMillis())
            .setExpiresMillis(entry.getExpiresMillis())
            .setControlId(controlId)
            .setAtMillis(now);
    if (isKnown(entry.getRequirement())) {
      outcome.setRequirement(entry.getRequirement());
    }
    return outcomes.computeIfAbsent(outcome.build(), o -> new ArrayList<>());
  }

  private static boolean isKnown(TlsRequirement requirement) {
    return !requirement.equals(TlsRequirement.getDefaultInstance());
  }

  /** In the order of the envelopes, which the decider reads back in this order. */
  List<AttemptDue> attempts() {
    return attempts.entrySet().stream()
        .sorted(Comparator.comparingLong(due -> due.getKey().getAcceptedOffset()))
        .map(
            due ->
                due.getKey().toBuilder()
                    .addAllRecipients(due.getValue().stream().sorted().toList())
                    .build())
        .toList();
  }

  List<NoticeRequested> notices() {
    List<NoticeRequested> all = new ArrayList<>();
    notices.forEach(
        (notice, recipients) -> {
          for (List<RecipientOutcome> some : parts(recipients)) {
            String cause = notice.getCause() + "/" + some.getFirst().getRecipient();
            all.add(
                notice.toBuilder()
                    .setNoticeId(notice.getQueueId() + "/" + cause)
                    .setCause(cause)
                    .addAllRecipients(some)
                    .build());
          }
        });
    return all;
  }

  List<OutcomeRecorded> outcomes() {
    List<OutcomeRecorded> all = new ArrayList<>();
    outcomes.forEach(
        (outcome, recipients) -> {
          for (List<RecipientOutcome> some : parts(recipients)) {
            OutcomeId.Builder id =
                OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(numbers.getAsLong());
            all.add(outcome.toBuilder().setId(id).addAllRecipients(some).build());
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
            .sorted(Comparator.comparingInt(RecipientOutcome::getRecipient))
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
