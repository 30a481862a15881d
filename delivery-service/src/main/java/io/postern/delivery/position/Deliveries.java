package io.postern.delivery.position;

import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.delivery.position.DeliveryThreads.End;
import io.postern.log.OccasionalLog;
import io.postern.log.rules.Chain;
import io.postern.log.rules.Handover;
import io.postern.log.rules.OutgoingOutcome;
import io.postern.log.rules.PartitionLedger;
import io.postern.log.rules.PartitionLedger.Remainder;
import io.postern.log.rules.RecipientState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries under way in all partitions, from their start to their end or loss. Owner: the
 * reader's thread. Bounded by the reader's window and the watch.
 */
final class Deliveries {
  private static final Logger LOG = Logger.getLogger(Deliveries.class);

  /** Unfinished Decisions that a partition spans at most: a taker reads all of them again. */
  static final int MAX_SPAN = 10_000;

  private static final long SESSION_BYTES = 48 * 1024; // three buffers and the thread's stack
  private static final long MAX_CONTENT_BYTES =
      512 * 1024; // mail-log bounds all streams together beside this
  private static final int RECORD_FACTOR = 3; // bytes of a parsed record to one serialized

  private final DeliveryThreads threads;
  private final OutcomeWriting writing;
  private final LongSupplier clock;
  private final TakeoverCounts counts;
  private final LongSessions longSessions;
  private final NoticeShare notices;
  private final Map<TopicPartition, PartitionWork> works = new HashMap<>();
  private final Set<OpenDelivery> lost = new HashSet<>();
  private final OccasionalLog gaps = new OccasionalLog(Deliveries.class);
  private volatile int inWindow;
  private volatile int fullest;
  private volatile long lastWeight;
  private long weight;
  private long noticeWeight;

  /**
   * @param notices their share of the window
   * @param clock in nanoseconds, see {@link Clocks#later}
   */
  Deliveries(
      Deliverer deliverer,
      OutcomeWriting writing,
      LongSessions longSessions,
      NoticeShare notices,
      LongSupplier clock,
      TakeoverCounts counts) {
    this.threads = new DeliveryThreads(deliverer);
    this.writing = writing;
    this.longSessions = longSessions;
    this.notices = notices;
    this.clock = clock;
    this.counts = counts;
  }

  Collection<PartitionWork> works() {
    return works.values();
  }

  @Nullable PartitionWork work(TopicPartition partition) {
    return works.get(partition);
  }

  boolean isOurs(PartitionWork work) {
    return works.get(work.partition) == work;
  }

  /**
   * Open deliveries and outcomes that are not acknowledged, without the watched ones. Any thread.
   */
  int inWindow() {
    return inWindow;
  }

  /** See {@link DeliveryReader#crowded}. Any thread. */
  boolean crowded(ReaderSettings settings) {
    return fullest > settings.window() / 2 || lastWeight > settings.bufferBytes() / 2;
  }

  long weight() {
    return weight;
  }

  void taken(PartitionWork work) {
    works.put(work.partition, work);
    count();
  }

  /** Carries the record's Decision out, if it counts. */
  void start(PartitionWork work, ConsumerRecord<String, byte[]> record) {
    Decisions.CheckedDecision parsed = Decisions.parse(record);
    if (parsed.fault() != null) {
      LOG.errorf(
          "the Decision at %s offset %d cannot be carried out: %s",
          work.partition, record.offset(), parsed.fault());
    }
    if (!parsed.chained()) {
      work.ledger.unreadable(record.offset());
      return;
    }
    Decision decision = parsed.decision();
    PartitionLedger.Reading reading =
        work.ledger.read(
            record.offset(),
            decision.getSource(),
            decision.getSourceOffset(),
            decision.getPrevious(),
            decision.getQueueId(),
            decision.getAttempt(),
            parsed.placed() ? Decisions.recipients(decision) : List.of());
    if (reading.link() != Chain.Link.NEXT) {
      boolean gap = reading.link() == Chain.Link.GAP;
      (gap ? counts.gaps : counts.replays).increment();
      if (gap) {
        gaps.warn(
            "Decisions in "
                + work.partition
                + " are skipped, because an earlier one is missing: the decider writes them again",
            null);
      }
      return;
    }
    counts.found.increment(reading.found());
    Set<Integer> open = new HashSet<>(reading.open());
    for (OutcomeRecorded outcome : decision.getOutcomesList()) {
      OutcomeRecorded.Builder own = open.isEmpty() ? null : Decisions.narrowed(outcome, open);
      if (own != null) {
        end(work, record.offset(), own);
      }
    }
    for (DeliveryRequested delivery : decision.getDeliveriesList()) {
      DeliveryRequested own = open.isEmpty() ? null : Decisions.narrowed(delivery, open);
      if (own == null) {
        continue;
      }
      DeliveryTask task = new DeliveryTask(own, record.timestamp());
      if (parsed.fault() == null && work.interrupted(record.timestamp())) {
        counts.interrupted.increment();
        LOG.warnf("delivery %s: two owners were lost while they had it", own.getDeliveryId());
        end(work, record.offset(), Outcomes.interrupted(task));
      } else if (parsed.fault() == null) {
        start(work, record.offset(), task);
      } else {
        end(work, record.offset(), Outcomes.internalError(task, "its Decision could not be read"));
      }
    }
  }

  private void start(PartitionWork work, long decision, DeliveryTask task) {
    long bytes =
        SESSION_BYTES
            + (long) RECORD_FACTOR * task.request().getSerializedSize()
            + Math.min(task.request().getSize(), MAX_CONTENT_BYTES);
    boolean room = !task.notice() || hasRoomForNotice(work, bytes);
    if (!room) {
      counts.noticesWithoutRoom.increment();
    }
    OpenDelivery delivery = new OpenDelivery(work, decision, task, bytes, room, counts);
    work.start(delivery);
    weigh(delivery, 1);
    threads.start(delivery);
  }

  private boolean hasRoomForNotice(PartitionWork work, long bytes) {
    return !longSessions.holdsTooManyNotices()
        && work.notices() < notices.sessions()
        && (noticeWeight == 0 || noticeWeight + bytes <= notices.bytes());
  }

  private void weigh(OpenDelivery delivery, int by) {
    weight += by * delivery.weight;
    noticeWeight += delivery.inNoticeShare() ? by * delivery.weight : 0;
  }

  private void end(PartitionWork work, long decision, OutcomeRecorded.Builder outcome) {
    writing.write(work, ending(decision, outcome));
  }

  private static OutgoingOutcome<OutcomeRecorded.Builder> ending(
      long decision, OutcomeRecorded.Builder outcome) {
    return OutgoingOutcome.end(
        decision, outcome.getQueueId(), outcome.getAttempt(), states(outcome), outcome);
  }

  private static List<RecipientState> states(OutcomeRecorded.Builder outcome) {
    return outcome.getRecipientsCount() == 0
        ? RecipientState.of(OutcomeRecorded.getDefaultInstance())
        : outcome.getRecipientsList().stream()
            .map(r -> new RecipientState(r.getRecipient(), r.getKind()))
            .toList();
  }

  /** Takes in the deliveries that have ended. */
  void collect() {
    for (End end = threads.poll(); end != null; end = threads.poll()) {
      collect(end);
    }
    count();
  }

  private void collect(End end) {
    OpenDelivery delivery = end.delivery();
    OutcomeRecorded.Builder outcome = end.outcome();
    PartitionWork work = delivery.work;
    if (!longSessions.remove(delivery)) {
      weigh(delivery, -1);
    }
    if (isOurs(work) && work.ended(delivery)) {
      if (outcome == null && delivery.tooSlow()) {
        end(work, delivery.decision, Outcomes.tooSlow(delivery.task));
      } else if (outcome != null || !delivery.closed()) {
        // Closed before anything was decided: its Decision stays open, for its next owner. Any
        // other delivery owes an outcome, or it would pin the partition for ever.
        end(
            work,
            delivery.decision,
            outcome == null ? DeliveryThreads.failed(delivery, "no outcome") : outcome);
      }
    } else if (isOurs(work) && work.watchEnded(delivery)) {
      watchedEnded(work, delivery, outcome);
    } else {
      lost.remove(delivery);
      if (outcome != null) {
        late(delivery, outcome);
      }
    }
  }

  private void watchedEnded(
      PartitionWork work, OpenDelivery delivery, OutcomeRecorded.@Nullable Builder outcome) {
    OutcomeRecorded.Builder known = outcome == null ? Outcomes.tooSlow(delivery.task) : outcome;
    if (inTime(delivery)) {
      writing.write(work, following(delivery, known));
    } else {
      late(delivery, known);
    }
  }

  private static boolean inTime(OpenDelivery delivery) {
    return delivery.sinceHandedOver().compareTo(LongSessions.LAST_OUTCOME) <= 0;
  }

  private static OutgoingOutcome<OutcomeRecorded.Builder> following(
      OpenDelivery delivery, OutcomeRecorded.Builder outcome) {
    return OutgoingOutcome.following(
        Objects.requireNonNull(delivery.handover()),
        outcome.getQueueId(),
        outcome.getAttempt(),
        states(outcome),
        outcome);
  }

  /** Of a delivery that is not ours any more, or was watched for too long. */
  private void late(OpenDelivery delivery, OutcomeRecorded.Builder outcome) {
    Handover<OutcomeRecorded.Builder> handover = delivery.handover();
    OutgoingOutcome<OutcomeRecorded.Builder> outgoing =
        handover == null ? ending(delivery.decision, outcome) : following(delivery, outcome);
    Remainder<OutcomeRecorded.Builder> remainder =
        PartitionLedger.afterLoss(outgoing, handover, delivery.owner, inTime(delivery));
    if (remainder != null) {
      writing.writeLate(remainder);
    }
  }

  /**
   * Hands deliveries over to the watch: those that last, and those that the position stands at
   * while unfinished Decisions span too much. Ends those in the watch that may send no dot any
   * more.
   */
  void watch() {
    long now = clock.getAsLong();
    for (PartitionWork work : works.values()) {
      if (!work.reading()) {
        continue;
      }
      OpenDelivery oldest = work.oldest();
      if (oldest != null && lasts(oldest, now)) {
        // The one that finds no room holds up no other.
        for (OpenDelivery delivery : work.open()) {
          if (!lasts(delivery, now)) {
            break;
          }
          if (!delivery.tooSlow()) {
            var unused = handOver(work, delivery, false);
          }
        }
      }
      if (work.ledger.span() >= MAX_SPAN) {
        for (OpenDelivery delivery : work.pinning()) {
          // Past its dot it cannot be cut, and would stop the partition for as long as its host
          // likes.
          if (!delivery.tooSlow()) {
            var unused = handOver(work, delivery, delivery.everPastDot());
          }
        }
      }
      for (OpenDelivery delivery : work.watched()) {
        if (delivery.sinceHandedOver().compareTo(OpenDelivery.DOT_AFTER_HANDING_OVER) >= 0) {
          var unused = delivery.close();
        }
      }
    }
    count();
  }

  private static boolean lasts(OpenDelivery delivery, long now) {
    return now - delivery.startedNanos >= LongSessions.AFTER.toNanos();
  }

  private boolean handOver(PartitionWork work, OpenDelivery delivery, boolean roomOrNot) {
    if (!roomOrNot && !longSessions.hasRoom(delivery)) {
      // Hosts that hang must not stop the others: the session that has been watched for longest and
      // is before its dot is ended, and its mail deferred. Where all watched sessions are past
      // their dot this one is ended, if it is before its own.
      boolean ended =
          switch (longSessions.endOldest(delivery)) {
            case ENDED -> true;
            case UNDER_WAY -> false;
            case NONE -> delivery.endAsTooSlow();
          };
      if (ended) {
        counts.sessionsCut.increment();
      }
      return false;
    }
    long open = (clock.getAsLong() - delivery.startedNanos) / 1_000_000;
    Handover<OutcomeRecorded.Builder> handover = new Handover<>();
    delivery.handOver(handover);
    work.watch(delivery);
    longSessions.add(delivery);
    weigh(delivery, -1);
    counts.handovers.increment();
    writing.write(
        work,
        OutgoingOutcome.stillOpen(
            delivery.decision,
            delivery.request().getQueueId(),
            delivery.request().getAttempt(),
            delivery.request().getRecipientsList(),
            handover,
            Outcomes.stillOpen(delivery.task, open)));
    return true;
  }

  /** Nothing that is before its final dot gets there any more. */
  void closeAll() {
    works.values().forEach(PartitionWork::closeSessions);
  }

  /** The first part of a revocation: nothing sends a dot any more. */
  void close(PartitionWork work) {
    work.lease.end();
    work.closeSessions();
  }

  /** Hands deliveries past their dot over to the watch. */
  void handOverPastDot(PartitionWork work) {
    for (OpenDelivery delivery : work.open()) {
      if (delivery.everPastDot()) {
        handOver(work, delivery, true);
      }
    }
  }

  /** Everything past the check before its dot has its outcome or its "still open" in the log. */
  boolean settled(PartitionWork work) {
    return work.ledger.running()
        && work.ledger.pending() == 0
        && work.open().stream().noneMatch(OpenDelivery::everPastDot);
  }

  /** Waits for an end, and takes it in. */
  void awaitEnd(Duration patience) {
    End end = threads.await(patience);
    if (end != null) {
      collect(end);
    }
    collect();
  }

  /** Deliveries of partitions that are ours, past their dot. */
  boolean anyPastDot() {
    return works.values().stream()
        .anyMatch(
            w ->
                w.open().stream().anyMatch(OpenDelivery::everPastDot)
                    || w.watched().stream().anyMatch(OpenDelivery::everPastDot));
  }

  /** Deliveries that are no longer ours, past their dot. */
  boolean anyLostPastDot() {
    return lost.stream().anyMatch(OpenDelivery::everPastDot);
  }

  /** Its thread has not ended, although it is watched or lost. */
  boolean running(OpenDelivery delivery) {
    return lost.contains(delivery) || isOurs(delivery.work) && delivery.work.watches(delivery);
  }

  /** The partition is another's; deliveries under way are no longer ours to record. */
  void lose(TopicPartition partition) {
    PartitionWork work = works.remove(partition);
    if (work != null) {
      close(work);
      List<OpenDelivery> running = new ArrayList<>(work.open());
      running.addAll(work.watched());
      lost.addAll(running);
      writing.lost(work);
    }
    count();
  }

  void count() {
    int sum = 0;
    int most = 0;
    for (PartitionWork work : works.values()) {
      sum += work.inWindow();
      most = Math.max(most, work.inWindow());
    }
    inWindow = sum;
    fullest = most;
    lastWeight = weight;
  }
}
