package io.postern.delivery.position;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.rules.OutgoingOutcome;
import io.postern.log.rules.PartitionLedger.Remainder;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes on their way into the log, of partitions that are ours and of those that were.
 * Outcomes of one partition keep their order. Owner: the reader's thread. Bounded by the window and
 * the watch.
 *
 * <p>After a send that failed nothing is sent again before its partition was taken again; of a
 * partition that is not ours only <em>delivered</em> is.
 */
final class OutcomeWriting {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MAX_RECORD_BYTES = 900_000; // the topic takes 1 MiB, headers included

  private final OutcomeLog log;
  private final TakeoverCounts counts;
  private final Consumer<OutcomeRecorded> observer;
  private final String incarnation = Long.toString(RANDOM.nextLong(1L << 50), 36);
  private final Map<OutgoingOutcome<OutcomeRecorded.Builder>, Append> sent = new LinkedHashMap<>();
  private final List<Append> lateUnsent = new ArrayList<>();
  private long number;

  /**
   * @param work null: of no partition that is ours
   */
  private record Append(
      @Nullable PartitionWork work,
      OutgoingOutcome<OutcomeRecorded.Builder> outgoing,
      OutcomeRecorded record) {}

  private record Marker(PartitionWork work, Owner by) {}

  /**
   * @param observer sees each outcome that became durable
   */
  OutcomeWriting(OutcomeLog log, TakeoverCounts counts, Consumer<OutcomeRecorded> observer) {
    this.log = log;
    this.counts = counts;
    this.observer = observer;
  }

  /** An outcome of a partition that is ours came. */
  void write(PartitionWork work, OutgoingOutcome<OutcomeRecorded.Builder> outgoing) {
    send(work, work.ledger.write(outgoing));
  }

  /** Sends the outcomes that a take did not find in the log. */
  void send(PartitionWork work, List<OutgoingOutcome<OutcomeRecorded.Builder>> sends) {
    for (OutgoingOutcome<OutcomeRecorded.Builder> outgoing : sends) {
      if (!log.usable()) {
        return; // it waits in the ledger for the next take
      }
      send(new Append(work, outgoing, record(outgoing)));
    }
  }

  /** It is durable, as a take has read, though its acknowledgement never came. */
  void found(OutgoingOutcome<OutcomeRecorded.Builder> outgoing) {
    observer.accept(record(outgoing));
  }

  /** PartitionTaken; its offset comes by {@link #settle}. */
  void take(PartitionWork work) {
    Owner by = work.ledger.take();
    counts.takes.increment();
    log.send(
        OutcomeRecords.taken(work.partition.partition(), by, work.ownerLost), new Marker(work, by));
  }

  /** An outcome of a partition that was ours came. */
  void writeLate(Remainder<OutcomeRecorded.Builder> remainder) {
    OutgoingOutcome<OutcomeRecorded.Builder> outgoing = remainder.outgoing();
    if (remainder.deliveredOnly()) {
      var unused = Outcomes.late(outgoing.payload());
      counts.lateOutcomes.increment();
    }
    Append late = new Append(null, outgoing, record(outgoing));
    if (log.usable()) {
      send(late);
    } else {
      lateUnsent.add(late);
    }
  }

  /**
   * The partition is lost. Outcomes that were sent are on their way; of the others those are sent
   * that may still be written.
   */
  void lost(PartitionWork work) {
    for (Remainder<OutcomeRecorded.Builder> remainder : work.ledger.lose()) {
      if (!sent.containsKey(remainder.outgoing())) {
        writeLate(remainder);
      }
    }
  }

  private void send(Append each) {
    sent.put(each.outgoing(), each);
    log.send(OutcomeRecords.of(each.record()), each);
  }

  private OutcomeRecorded record(OutgoingOutcome<OutcomeRecorded.Builder> outgoing) {
    OutcomeRecorded.Builder outcome = outgoing.payload();
    if (!outcome.hasId()) { // it keeps the id when it is written again
      outcome.setId(OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(++number));
    }
    OutcomeRecorded record =
        outcome
            .setOwner(outgoing.owner().message())
            .setAfterStillOpen(outgoing.afterStillOpen())
            .build();
    return record.getSerializedSize() <= MAX_RECORD_BYTES ? record : withoutTexts(record);
  }

  /**
   * One that the log does not take would be sent again for ever, and all of its partition stand.
   */
  private static OutcomeRecorded withoutTexts(OutcomeRecorded record) {
    OutcomeRecorded.Builder bare = record.toBuilder();
    bare.getRecipientsBuilderList()
        .forEach(
            recipient -> {
              recipient.clearDetail();
              if (recipient.hasReply()) {
                recipient.getReplyBuilder().clearText();
              }
            });
    return bare.build();
  }

  /**
   * Takes in the log's answers.
   *
   * @param ours whether the partition is still this one
   * @param taken a PartitionTaken is in the log, at the offset
   * @return false: a send failed, and there is no producer any more
   */
  boolean settle(Predicate<PartitionWork> ours, BiConsumer<PartitionWork, Long> taken) {
    for (OutcomeLog.Result result = log.poll(); result != null; result = log.poll()) {
      if (result.failed()) {
        failed(ours);
        return false;
      }
      switch (result.subject()) {
        case Marker marker -> {
          if (ours.test(marker.work()) && marker.by().equals(marker.work().ledger.owner())) {
            taken.accept(marker.work(), result.offset());
          }
        }
        case Append each -> acknowledged(each, result.offset(), ours);
        default -> throw new IllegalStateException("nothing else is sent");
      }
    }
    return true;
  }

  private void acknowledged(Append each, long offset, Predicate<PartitionWork> ours) {
    sent.remove(each.outgoing());
    PartitionWork work = each.work();
    if (work != null && ours.test(work)) {
      send(work, work.ledger.acknowledged(each.outgoing(), offset));
    }
    observer.accept(each.record());
  }

  private void failed(Predicate<PartitionWork> ours) {
    List<Append> unanswered = List.copyOf(sent.values());
    sent.clear();
    for (Append each : unanswered) {
      PartitionWork work = each.work();
      // Of a partition that is ours the ledger knows it, and the next take decides.
      if (work == null || !ours.test(work)) {
        boolean delivered =
            each.record().getRecipientsList().stream()
                .anyMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
        if (delivered) {
          writeLate(new Remainder<>(each.outgoing(), true));
        }
      }
    }
  }

  /** There is a producer again: sends the late outcomes of partitions that are not ours. */
  void renewed() {
    List<Append> late = List.copyOf(lateUnsent);
    lateUnsent.clear();
    late.forEach(this::send);
  }

  /** Nothing is on its way. */
  boolean idle() {
    return sent.isEmpty() && lateUnsent.isEmpty();
  }
}
