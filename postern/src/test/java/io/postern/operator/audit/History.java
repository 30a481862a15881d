package io.postern.operator.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.AttemptRule;
import io.postern.log.rules.MessageAttempt;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.StillOpenDeliveries;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A random history that keeps every rule of the log: each step is one thing that a service does, or
 * what ingress appends. Deciders repeat and leave gaps, partitions change hands, former owners
 * write on; the scheduler reads by the services' own rules.
 */
final class History {
  final HandLog log = new HandLog();
  final Random random;

  /** The scheduler's store, by "queue id/recipient". */
  final Map<String, ScheduleEntry> entries = new LinkedHashMap<>();

  /** Decisions not finished, by offset. */
  final TreeMap<Long, Open> open = new TreeMap<>();

  /** Deliveries handed to the watch, or lost with their partition, whose end may still be told. */
  private final List<Session> watched = new ArrayList<>();

  private final List<Session> former = new ArrayList<>();

  private Owner owner = Mail.OWNER;
  private final OutcomeRule rule = new OutcomeRule(Owner.NOBODY);
  private final StillOpenDeliveries stillOpens = new StillOpenDeliveries();
  private final Map<String, Owner> watchedBy = new TreeMap<>();

  /** Recipients of whom the scheduler has read an outcome of a first attempt, or delivered. */
  private final Set<String> begun = new TreeSet<>();

  /** What delivery has to do for one Decision. */
  static final class Open {
    final List<DeliveryRequested> deliveries;
    final List<OutcomeRecorded> outcomes;

    Open(Decision decision) {
      deliveries = new ArrayList<>(decision.getDeliveriesList());
      outcomes = new ArrayList<>(decision.getOutcomesList());
    }
  }

  private record Session(DeliveryRequested delivery, Owner owner) {}

  History(long seed) {
    random = new Random(seed);
  }

  void step() {
    switch (random.nextInt(17)) {
      case 0, 1 -> accept();
      case 2, 3 -> decide();
      case 4 -> decideDue();
      case 5, 6, 7 -> finishSome();
      case 8, 9, 10 -> schedule();
      case 11, 12 -> punctuate();
      case 13 -> {
        if (random.nextInt(3) == 0) {
          take();
        }
      }
      case 14 -> endFormer();
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
      endFormer();
      schedule();
      punctuate();
      writeNotice();
    }
    commit();
  }

  private boolean drained() {
    return entries.isEmpty()
        && open.isEmpty()
        && former.isEmpty()
        && undecided(DecisionSource.SOURCE_ACCEPTED) == log.next(Topic.ACCEPTED)
        && undecided(DecisionSource.SOURCE_DUE) == log.next(Topic.DUE)
        && log.scheduled == log.next(Topic.OUTCOMES)
        && log.noticed == log.next(Topic.NOTICES);
  }

  /** The first source without a Decision. */
  long undecided(DecisionSource source) {
    return log.chained(source) + 1;
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
    long source = undecided(DecisionSource.SOURCE_ACCEPTED);
    if (source < log.next(Topic.ACCEPTED)) {
      if (source + 1 < log.next(Topic.ACCEPTED) && random.nextInt(15) == 0) {
        // A batch has expired, and the next one is written: both come again.
        log.decision(DecisionSource.SOURCE_ACCEPTED, source + 1, source, decision(source + 1));
      }
      decided(DecisionSource.SOURCE_ACCEPTED, source, decision(source));
    }
  }

  private Decision.Builder decision(long source) {
    MessageAccepted message = accepted(source);
    List<Integer> all =
        IntStream.range(0, message.getEnvelope().getRecipientsCount()).boxed().toList();
    Decision.Builder decision = Mail.decision(QueueId.parse(message.getQueueId()), 1);
    if (all.size() > 1 && random.nextBoolean()) {
      recipients(decision, all.subList(0, 1));
      recipients(decision, all.subList(1, all.size()));
    } else {
      recipients(decision, all);
    }
    return decision;
  }

  private void decideDue() {
    long source = undecided(DecisionSource.SOURCE_DUE);
    if (source < log.next(Topic.DUE)) {
      AttemptDue due = due(source);
      Decision.Builder decision = Mail.decision(QueueId.parse(due.getQueueId()), due.getAttempt());
      recipients(decision, due.getRecipientsList());
      decided(DecisionSource.SOURCE_DUE, source, decision);
    }
  }

  private void recipients(Decision.Builder decision, List<Integer> recipients) {
    QueueId id = QueueId.parse(decision.getQueueId());
    Integer[] all = recipients.toArray(Integer[]::new);
    if (random.nextInt(10) == 0) {
      OutcomeKind kind = random.nextBoolean() ? OutcomeKind.HELD : OutcomeKind.FAILED;
      decision.addOutcomes(Mail.outcome(id, decision.getAttempt(), kind, all).clearOwner());
    } else {
      decision.addDeliveries(Mail.delivery(id, decision.getAttempt(), all));
    }
  }

  private void decided(DecisionSource source, long offset, Decision.Builder decision) {
    long previous = log.chained(source);
    long committedAccepted = log.decidedAccepted;
    long committedDue = log.decidedDue;
    open.put(log.decide(source, offset, decision), new Open(decision.build()));
    if (random.nextInt(10) == 0) {
      log.decision(source, offset, previous, decision); // a second decider, for a moment
    }
    if (random.nextBoolean()) { // the commit comes once a second
      log.decidedAccepted = committedAccepted;
      log.decidedDue = committedDue;
    }
  }

  private void finishSome() {
    List<Long> offsets = new ArrayList<>(open.keySet());
    for (int i = random.nextInt(3); i >= 0 && !offsets.isEmpty(); i--) {
      long offset = offsets.remove(random.nextInt(offsets.size()));
      Open decision = open.get(offset);
      if (decision == null) {
        throw new IllegalStateException("not open");
      }
      for (OutcomeRecorded outcome : List.copyOf(decision.outcomes)) {
        decision.outcomes.remove(outcome);
        write(outcome.toBuilder(), owner);
      }
      if (!decision.deliveries.isEmpty()) {
        finish(offset, decision.deliveries.getFirst(), /* withOutcome= */ true);
      } else {
        closed(offset, decision);
      }
    }
    if (random.nextInt(3) > 0) {
      commit();
    }
  }

  void finish(long offset, DeliveryRequested delivery, boolean withOutcome) {
    Open decision = open.get(offset);
    if (decision == null || !decision.deliveries.remove(delivery)) {
      throw new IllegalStateException("not open");
    }
    if (withOutcome && random.nextInt(8) == 0) {
      QueueId id = QueueId.parse(delivery.getQueueId());
      Integer[] all = delivery.getRecipientsList().toArray(Integer[]::new);
      write(Mail.outcome(id, delivery.getAttempt(), OutcomeKind.STILL_OPEN, all), owner);
      watched.add(new Session(delivery, owner));
    } else if (withOutcome) {
      OutcomeRecorded.Builder outcome = ends(delivery);
      write(outcome, owner);
      if (owner.take() > 1 && random.nextInt(4) == 0) {
        // What was sent under the take before is written after all.
        write(outcome, new Owner(owner.era(), owner.generation(), owner.take() - 1));
      }
    }
    closed(offset, decision);
  }

  private void closed(long offset, Open decision) {
    if (decision.deliveries.isEmpty() && decision.outcomes.isEmpty()) {
      open.remove(offset);
    }
  }

  /** Outcomes first, the position after. */
  void commit() {
    log.delivered = open.isEmpty() ? log.next(Topic.DELIVERIES) : open.firstKey();
  }

  private void write(OutcomeRecorded.Builder outcome, Owner writer) {
    log.write(Topic.OUTCOMES, outcome.getQueueId(), outcome.setOwner(writer.message()).build());
  }

  /** After a failed send, or by another replica; what runs there may end later. */
  private void take() {
    Owner before = owner;
    if (random.nextBoolean()) {
      owner = new Owner(owner.era(), owner.generation(), owner.take() + 1);
    } else {
      owner = new Owner(owner.era(), owner.generation() + 1, 1);
      for (Open decision : open.values()) {
        for (DeliveryRequested delivery : decision.deliveries) {
          if (random.nextInt(3) == 0) {
            former.add(new Session(delivery, before));
          }
        }
      }
    }
    log.taken(owner);
    if (random.nextInt(4) == 0) {
      log.taken(before);
    }
  }

  /** Whether a former owner's session of it may still end. */
  boolean isLost(DeliveryRequested delivery) {
    return former.stream().anyMatch(s -> s.delivery().equals(delivery));
  }

  private void endFormer() {
    if (!former.isEmpty()) {
      Session session = former.remove(random.nextInt(former.size()));
      write(ends(session.delivery()), session.owner());
    }
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

  private void endWatched() {
    if (!watched.isEmpty()) {
      Session session = watched.remove(random.nextInt(watched.size()));
      write(ends(session.delivery()).setAfterStillOpen(true), session.owner());
    }
  }

  private void schedule() {
    if (log.scheduled == log.next(Topic.OUTCOMES)) {
      return;
    }
    LogRecord record = log.of(Topic.OUTCOMES).get(Math.toIntExact(log.scheduled));
    log.scheduled++;
    OutcomeRecorded outcome = parsed(record.value(), OutcomeRecorded.parser());
    Owner writer = Owner.of(outcome.getOwner());
    if (outcome.getPartitionTaken()) {
      rule.taken(writer);
      return;
    }
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      AttemptKey key =
          new AttemptKey(
              new MessageAttempt(outcome.getQueueId(), outcome.getAttempt()),
              recipient.getRecipient());
      OutcomeRule.Count count =
          rule.of(
              writer,
              recipient.getKind(),
              outcome.getAfterStillOpen(),
              () -> stillOpens.has(writer, key));
      if (count == OutcomeRule.Count.SKIPPED) {
        continue;
      }
      if (recipient.getKind() == OutcomeKind.STILL_OPEN) {
        stillOpens.add(writer, key);
      } else {
        stillOpens.ended(writer, key);
      }
      schedule(outcome, recipient, writer);
    }
  }

  private void schedule(OutcomeRecorded outcome, RecipientOutcome recipient, Owner writer) {
    String key = outcome.getQueueId() + "/" + recipient.getRecipient();
    ScheduleEntry entry = entries.get(key);
    if (recipient.getKind() == OutcomeKind.DELIVERED) {
      begun.add(key);
      if (entry != null) {
        put(key, null);
      }
      return;
    }
    AttemptRule.Entry known =
        entry == null
            ? begun.contains(key) ? AttemptRule.Entry.CLOSED : AttemptRule.Entry.NONE
            : switch (entry.getState()) {
              case OPEN -> AttemptRule.Entry.OPEN;
              case WATCHED -> AttemptRule.Entry.WATCHED;
              default -> AttemptRule.Entry.CLOSED;
            };
    if (!AttemptRule.isOfOpenAttempt(
        known,
        entry == null ? 0 : entry.getAttempt(),
        watchedBy.getOrDefault(key, Owner.NOBODY),
        outcome.getAttempt(),
        writer,
        outcome.getAfterStillOpen())) {
      return;
    }
    begun.add(key);
    switch (recipient.getKind()) {
      case DEFERRED -> put(key, Mail.entry(ScheduleState.WAITING, outcome.getAttempt()).build());
      case HELD -> put(key, Mail.entry(ScheduleState.ENTRY_HELD, outcome.getAttempt()).build());
      case STILL_OPEN -> {
        watchedBy.put(key, writer);
        put(key, Mail.entry(ScheduleState.WATCHED, outcome.getAttempt()).build());
      }
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
    if (entry.getState() != ScheduleState.WAITING && log.scheduled < log.next(Topic.OUTCOMES)) {
      return; // what time brings waits for what was said
    }
    int attempt = entry.getAttempt();
    int dice = random.nextInt(10);
    if (dice < 6 && entry.getState() == ScheduleState.ENTRY_HELD) {
      own(id, recipient, attempt, OutcomeKind.RELEASED);
      put(key, Mail.entry(ScheduleState.WAITING, attempt).build());
    } else if (dice < 6) {
      put(key, Mail.entry(ScheduleState.OPEN, attempt + 1).build());
      log.write(Topic.DUE, id.value(), Mail.due(id, attempt + 1, recipient).build());
    } else if (dice < 8) {
      put(key, null);
      own(id, recipient, attempt, OutcomeKind.EXPIRED_OUTCOME);
      notice(key, "expired/" + recipient);
    } else if (dice == 8) {
      put(key, null);
      own(id, recipient, attempt, OutcomeKind.CANCELLED);
      notice(key, "cancelled/" + recipient);
    } else {
      own(id, recipient, attempt, OutcomeKind.HELD);
      put(key, Mail.entry(ScheduleState.ENTRY_HELD, attempt).build());
    }
  }

  private void own(QueueId id, int recipient, int attempt, OutcomeKind kind) {
    log.write(Topic.SCHEDULE_OUTCOMES, id.value(), Mail.own(id, attempt, kind, recipient));
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
