package io.postern.stack.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A random history that keeps every rule of the log: each step is one transaction of one service,
 * or what ingress appends.
 */
final class History {
  final HandLog log = new HandLog();
  final Random random;

  /** The scheduler's store, by "queue id/recipient". */
  final Map<String, ScheduleEntry> entries = new LinkedHashMap<>();

  /** Deliveries not finished, by offset. */
  final Map<Long, DeliveryRequested> open = new TreeMap<>();

  /** Deliveries handed to the watch, whose end may still be told. */
  final List<DeliveryRequested> watched = new ArrayList<>();

  History(long seed) {
    random = new Random(seed);
  }

  void step() {
    switch (random.nextInt(14)) {
      case 0, 1 -> accept();
      case 2, 3 -> decide();
      case 4 -> decideDue();
      case 5, 6, 7 -> finishSome();
      case 8, 9, 10 -> schedule();
      case 11, 12 -> punctuate();
      default -> {
        if (random.nextBoolean()) {
          writeNotice();
        } else {
          endWatched();
        }
      }
    }
  }

  /** No more mail; all that can go on does. */
  void drain() {
    for (int i = 0; i < 100_000 && !drained(); i++) {
      decide();
      decideDue();
      finishSome();
      schedule();
      punctuate();
      writeNotice();
    }
  }

  private boolean drained() {
    return entries.isEmpty()
        && open.isEmpty()
        && log.decidedAccepted == log.next(Topic.ACCEPTED)
        && log.decidedDue == log.next(Topic.DUE)
        && log.scheduled == log.next(Topic.OUTCOMES)
        && log.noticed == log.next(Topic.NOTICES);
  }

  void accept() {
    QueueId id = Mail.id();
    MessageAccepted.Builder message = Mail.accepted(id, 1 + random.nextInt(3));
    if (random.nextInt(5) == 0) {
      message.getEnvelopeBuilder().getRecipientsBuilder(0).addNotify("NEVER");
    }
    log.write(Topic.ACCEPTED, id.value(), message.build());
  }

  void decide() {
    if (log.decidedAccepted == log.next(Topic.ACCEPTED)) {
      return;
    }
    MessageAccepted message = accepted(log.decidedAccepted);
    log.decidedAccepted++;
    List<Integer> all =
        IntStream.range(0, message.getEnvelope().getRecipientsCount()).boxed().toList();
    if (random.nextInt(10) == 0) {
      decidersOutcome(message.getQueueId(), 1, all);
    } else if (all.size() > 1 && random.nextBoolean()) {
      deliver(message.getQueueId(), 1, all.subList(0, 1));
      deliver(message.getQueueId(), 1, all.subList(1, all.size()));
    } else {
      deliver(message.getQueueId(), 1, all);
    }
  }

  private void decideDue() {
    if (log.decidedDue == log.next(Topic.DUE)) {
      return;
    }
    AttemptDue due = due(log.decidedDue);
    log.decidedDue++;
    if (random.nextInt(10) == 0) {
      decidersOutcome(due.getQueueId(), due.getAttempt(), due.getRecipientsList());
    } else {
      deliver(due.getQueueId(), due.getAttempt(), due.getRecipientsList());
    }
  }

  private void decidersOutcome(String id, int attempt, List<Integer> recipients) {
    OutcomeKind kind = random.nextBoolean() ? OutcomeKind.HELD : OutcomeKind.FAILED;
    outcome(
        Mail.outcome(QueueId.parse(id), attempt, kind, recipients.toArray(Integer[]::new)), false);
  }

  private void deliver(String id, int attempt, List<Integer> recipients) {
    DeliveryRequested delivery =
        Mail.delivery(QueueId.parse(id), attempt, recipients.toArray(Integer[]::new)).build();
    open.put(log.write(Topic.DELIVERIES, id, delivery), delivery);
  }

  private void finishSome() {
    List<Long> offsets = new ArrayList<>(open.keySet());
    for (int i = random.nextInt(3); i >= 0 && !offsets.isEmpty(); i--) {
      finish(offsets.remove(random.nextInt(offsets.size())), /* withOutcome= */ true);
    }
  }

  /** Outcome and position in one transaction. */
  void finish(long offset, boolean withOutcome) {
    DeliveryRequested delivery = open.remove(offset);
    if (delivery == null) {
      throw new IllegalStateException("not open");
    }
    finished(offset);
    if (!withOutcome) {
      return;
    }
    QueueId id = QueueId.parse(delivery.getQueueId());
    if (random.nextInt(8) == 0) {
      outcome(
          Mail.outcome(
              id,
              delivery.getAttempt(),
              OutcomeKind.STILL_OPEN,
              delivery.getRecipientsList().toArray(Integer[]::new)),
          false);
      watched.add(delivery);
      return;
    }
    outcome(ends(delivery), true);
  }

  private OutcomeRecorded.Builder ends(DeliveryRequested delivery) {
    QueueId id = QueueId.parse(delivery.getQueueId());
    OutcomeRecorded.Builder outcome =
        Mail.encrypted(Mail.outcome(id, delivery.getAttempt(), OutcomeKind.DEFERRED));
    for (int recipient : delivery.getRecipientsList()) {
      int dice = random.nextInt(10);
      RecipientOutcome.Builder one =
          RecipientOutcome.newBuilder()
              .setRecipient(recipient)
              .setKind(
                  dice < 5
                      ? OutcomeKind.DELIVERED
                      : dice < 7 ? OutcomeKind.FAILED : OutcomeKind.DEFERRED);
      outcome.addRecipients(one);
    }
    return outcome;
  }

  private void outcome(OutcomeRecorded.Builder outcome, boolean byDelivery) {
    boolean all =
        outcome.getRecipientsList().stream().allMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
    log.write(
        Topic.OUTCOMES,
        outcome.getQueueId(),
        outcome.build(),
        byDelivery && all && outcome.getAttempt() == 1 && !outcome.getAfterStillOpen(),
        false);
    if (random.nextInt(20) == 0) {
      log.write(Topic.OUTCOMES, outcome.getQueueId(), outcome.build()); // the same id: once
    }
  }

  private void finished(long offset) {
    int bit = Math.toIntExact(offset - log.delivered);
    log.deliveredBeyond.set(bit);
    int whole = log.deliveredBeyond.nextClearBit(0);
    log.delivered += whole;
    log.deliveredBeyond =
        log.deliveredBeyond.get(whole, Math.max(whole, log.deliveredBeyond.length()));
  }

  private void endWatched() {
    if (!watched.isEmpty()) {
      DeliveryRequested delivery = watched.remove(random.nextInt(watched.size()));
      OutcomeRecorded.Builder end = ends(delivery).setAfterStillOpen(true);
      log.write(Topic.OUTCOMES, end.getQueueId(), end.build());
    }
  }

  private void schedule() {
    if (log.scheduled == log.next(Topic.OUTCOMES)) {
      return;
    }
    LogRecord record = log.of(Topic.OUTCOMES).get(Math.toIntExact(log.scheduled));
    log.scheduled++;
    if (record.byScheduler() || record.finalAttempt()) {
      return;
    }
    OutcomeRecorded outcome = parsed(record.value(), OutcomeRecorded.parser());
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      schedule(outcome, recipient);
    }
  }

  private final Map<String, Integer> firstAttemptRead = new TreeMap<>();

  private void schedule(OutcomeRecorded outcome, RecipientOutcome recipient) {
    String key = outcome.getQueueId() + "/" + recipient.getRecipient();
    ScheduleEntry entry = entries.get(key);
    if (recipient.getKind() == OutcomeKind.DELIVERED) {
      firstAttemptRead.put(key, 1);
      if (entry != null) {
        put(key, null);
      }
      return;
    }
    boolean opened =
        entry == null
            ? outcome.getAttempt() == 1
                && !outcome.getAfterStillOpen()
                && firstAttemptRead.put(key, 1) == null
            : entry.getAttempt() == outcome.getAttempt()
                && (entry.getState() == ScheduleState.OPEN
                    || entry.getState() == ScheduleState.WATCHED);
    if (!opened) {
      return;
    }
    switch (recipient.getKind()) {
      case DEFERRED -> put(key, Mail.entry(ScheduleState.WAITING, outcome.getAttempt()).build());
      case HELD -> put(key, Mail.entry(ScheduleState.ENTRY_HELD, outcome.getAttempt()).build());
      case STILL_OPEN -> put(key, Mail.entry(ScheduleState.WATCHED, outcome.getAttempt()).build());
      case FAILED -> {
        put(key, null);
        notice(key, "failed/" + outcome.getAttempt() + "/" + recipient.getRecipient());
      }
      default -> throw new IllegalStateException("unexpected " + recipient.getKind());
    }
  }

  private void put(String key, @org.jspecify.annotations.Nullable ScheduleEntry entry) {
    if (entry == null) {
      entries.remove(key);
    } else {
      entries.put(key, entry);
    }
    log.write(Topic.SCHEDULE, key, entry);
  }

  private void punctuate() {
    List<String> keys =
        entries.entrySet().stream()
            .filter(e -> e.getValue().getState() != ScheduleState.OPEN)
            .map(Map.Entry::getKey)
            .toList();
    if (keys.isEmpty()) {
      return;
    }
    String key = keys.get(random.nextInt(keys.size()));
    ScheduleEntry entry = entries.getOrDefault(key, ScheduleEntry.getDefaultInstance());
    QueueId id = QueueId.parse(key.substring(0, key.indexOf('/')));
    int recipient = Integer.parseInt(key.substring(key.indexOf('/') + 1));
    int dice = random.nextInt(10);
    if (dice < 6 || entry.getState() == ScheduleState.WATCHED) {
      int attempt = entry.getAttempt() + 1;
      put(key, Mail.entry(ScheduleState.OPEN, attempt).build());
      log.write(Topic.DUE, id.value(), Mail.due(id, attempt, recipient).build());
    } else if (dice < 8) {
      put(key, null);
      own(id, recipient, OutcomeKind.EXPIRED_OUTCOME);
      notice(key, "expired/" + recipient);
    } else if (dice == 8) {
      put(key, null);
      own(id, recipient, OutcomeKind.CANCELLED);
      notice(key, "cancelled/" + recipient);
    } else {
      own(id, recipient, OutcomeKind.HELD);
      put(key, Mail.entry(ScheduleState.ENTRY_HELD, entry.getAttempt()).build());
    }
  }

  private void own(QueueId id, int recipient, OutcomeKind kind) {
    log.write(
        Topic.OUTCOMES,
        id.value(),
        Mail.outcome(id, 1, kind, recipient).build(),
        false,
        /* byScheduler= */ true);
  }

  private void notice(String key, String cause) {
    QueueId id = QueueId.parse(key.substring(0, key.indexOf('/')));
    int recipient = Integer.parseInt(key.substring(key.indexOf('/') + 1));
    log.write(
        Topic.NOTICES,
        id.value(),
        Mail.notice(id, NoticeKind.NOTICE_FAILED, cause, recipient).build());
  }

  void writeNotice() {
    if (log.noticed == log.next(Topic.NOTICES)) {
      return;
    }
    NoticeRequested notice = notice(log.noticed);
    log.noticed++;
    MessageAccepted about =
        log.of(Topic.ACCEPTED).stream()
            .map(r -> parsed(r.value(), MessageAccepted.parser()))
            .filter(m -> m.getQueueId().equals(notice.getQueueId()))
            .findFirst()
            .orElseThrow();
    boolean never =
        about
            .getEnvelope()
            .getRecipients(notice.getRecipients(0).getRecipient())
            .getNotifyList()
            .contains("NEVER");
    if (!about.getEnvelope().getReversePath().isEmpty() && !never) {
      MessageAccepted dsn = Mail.dsn(notice).build();
      log.write(Topic.ACCEPTED, dsn.getQueueId(), dsn);
    }
  }

  MessageAccepted accepted(long offset) {
    return parsed(
        log.of(Topic.ACCEPTED).get(Math.toIntExact(offset)).value(), MessageAccepted.parser());
  }

  NoticeRequested notice(long offset) {
    return parsed(
        log.of(Topic.NOTICES).get(Math.toIntExact(offset)).value(), NoticeRequested.parser());
  }

  private AttemptDue due(long offset) {
    return parsed(log.of(Topic.DUE).get(Math.toIntExact(offset)).value(), AttemptDue.parser());
  }

  private static <T> T parsed(
      @org.jspecify.annotations.Nullable ByteBuffer value, com.google.protobuf.Parser<T> parser) {
    if (value == null) {
      throw new IllegalStateException("a tombstone");
    }
    try {
      return parser.parseFrom(value.duplicate());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
