package io.postern.policy.decider;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.reading.RecordReader;
import io.postern.policy.GroupMember;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import io.postern.smtp.srs.SenderRewriting;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The decider: it writes one Decision about each accepted message, and about each attempt that is
 * due, chained to the one before. So a reader takes each source once, however often it was decided
 * (docs/design/the-log.md). A position that has changed is committed within a second, and never
 * runs ahead of the acknowledged Decisions.
 *
 * <p>Owner: its worker's thread. While the directory has not been read to its end, or its reader
 * has been silent, it decides nothing: the partitions are paused and polling goes on (G3).
 *
 * <p>After a failure it decides again from the last acknowledged source on; it skips nothing.
 */
public final class Decider implements Worker.Task {
  private static final Duration POLL = Duration.ofMillis(100);
  // A record ends the wait at once.
  private static final Duration REST_POLL = Duration.ofMillis(500);
  // The answers that make room come within milliseconds.
  private static final Duration CROWDED_POLL = Duration.ofMillis(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long BETWEEN_NANOS = Duration.ofMillis(10).toNanos();
  private static final long BUSY_BETWEEN_NANOS = Duration.ofMillis(25).toNanos();
  private static final long BUSY_A_SECOND = 700;
  private static final long ROOM_NANOS = Duration.ofMillis(1).toNanos();
  // Envelopes are read back one by one, each within 3 s; the rest comes with the next poll, which
  // the group waits for.
  private static final long ROUND_NANOS = Duration.ofSeconds(3).toNanos();
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long COMMIT_NANOS = SECOND_NANOS;
  private static final int BATCH_RECORDS = 500;
  private static final int FETCH_BYTES = 8 << 20;

  private final Supplier<Optional<Directory>> directory;
  private final DeciderMetrics metrics;
  private final LongSupplier roundClock;
  private final DecisionLog decisions;
  private final RecordReader accepted;
  private final RecordDecider records;
  private final Sources sources = new Sources();
  private final OccasionalLog trouble = new OccasionalLog(Decider.class);
  private boolean paused;
  private long lastRead = System.nanoTime();
  private boolean busy;
  private long lastCommit = System.nanoTime();
  private Map<TopicPartition, OffsetAndMetadata> committed = Map.of(); // or on its way

  /**
   * @param directory empty while nothing may be decided
   * @param rewriting of senders; empty while there are no secrets
   */
  public Decider(
      LogSettings settings,
      Supplier<Optional<Directory>> directory,
      Supplier<Optional<SenderRewriting>> rewriting,
      DeciderMetrics metrics) {
    this(
        settings,
        directory,
        rewriting,
        metrics,
        () -> DecisionLog.producer(settings),
        System::nanoTime);
  }

  /**
   * @param producers of the Decisions
   * @param roundClock nanoseconds, by which a round is bounded
   */
  Decider(
      LogSettings settings,
      Supplier<Optional<Directory>> directory,
      Supplier<Optional<SenderRewriting>> rewriting,
      DeciderMetrics metrics,
      Supplier<? extends Producer<String, byte[]>> producers,
      LongSupplier roundClock) {
    this.directory = directory;
    this.metrics = metrics;
    this.roundClock = roundClock;
    decisions = new DecisionLog(producers);
    accepted = new RecordReader(settings, Topics.MAIL_ACCEPTED);
    records = new RecordDecider(accepted, rewriting, metrics);
  }

  /**
   * A worker for one, to be started. It decides by a directory in force only: by one that was lost
   * each recipient would be in nobody's domain, and no partner's TLS would be required (G3).
   *
   * @param rewriting of senders; empty while there are no secrets
   */
  public static Worker worker(
      LogSettings settings,
      DirectoryReader<Directory> directory,
      Supplier<Optional<SenderRewriting>> rewriting,
      DeciderMetrics metrics) {
    return worker(settings, new Decider(settings, directory::inForce, rewriting, metrics));
  }

  /** A worker for it, to be started. */
  public static Worker worker(LogSettings settings, Decider decider) {
    return new Worker(
        settings,
        ConsumerGroups.DECIDER,
        List.of(Topics.MAIL_ACCEPTED, Topics.MAIL_DUE),
        Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            BATCH_RECORDS,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            FETCH_BYTES),
        decider);
  }

  @Override
  public void assigned(Collection<TopicPartition> partitions) {
    sources.assigned(partitions);
    committed = Map.of();
  }

  @Override
  public void round(GroupMember member) {
    settle(member);
    boolean crowded = decisions.crowded();
    boolean pause = crowded || directory.get().isEmpty();
    if (pause) {
      member.pauseAll();
    } else if (paused) {
      member.resumeAll();
    }
    paused = pause;
    pace();
    ConsumerRecords<String, byte[]> polled = member.poll(patience(crowded));
    metrics.lag(member.lag());
    Directory current = directory.get().orElse(null);
    if (current == null) {
      member.giveBack(polled); // partitions that came with this very poll were not paused yet
    } else if (!polled.isEmpty()) {
      long now = System.nanoTime();
      busy = polled.count() * SECOND_NANOS >= BUSY_A_SECOND * (now - lastRead);
      lastRead = now;
      decide(member, polled, current);
    }
    if (System.nanoTime() - lastCommit >= COMMIT_NANOS) {
      lastCommit = System.nanoTime();
      settle(member);
      commit(member);
    }
  }

  private Duration patience(boolean crowded) {
    if (crowded) {
      return CROWDED_POLL;
    }
    return paused || decisions.underWay() ? POLL : REST_POLL;
  }

  private void commit(GroupMember member) {
    Map<TopicPartition, OffsetAndMetadata> positions = sources.positions(member);
    if (!positions.equals(committed)) {
      committed = positions;
      member.commitLater(
          positions,
          e -> {
            committed = Map.of();
            trouble.warn("positions were not committed", e);
          });
    }
  }

  @Override
  public void ended() {
    paused = false;
    decisions.close();
    sources.clear();
    committed = Map.of();
    accepted.close();
  }

  private void decide(
      GroupMember member, ConsumerRecords<String, byte[]> polled, Directory current) {
    long begun = roundClock.getAsLong();
    int count = 0;
    try {
      for (TopicPartition partition : polled.partitions()) {
        if (count > 0 && isOver(begun)) {
          member.seek(partition, polled.records(partition).getFirst().offset());
          continue;
        }
        Sources.Source source = sources.of(member, partition);
        for (ConsumerRecord<String, byte[]> record : polled.records(partition)) {
          if (count > 0 && isOver(begun) || !decided(source, record, current)) {
            sources.rewind(member, source);
            break;
          }
          count++;
        }
      }
      metrics.decided(count);
    } catch (KafkaException | IllegalStateException e) {
      startOver(member, e);
    }
  }

  private boolean isOver(long begun) {
    return roundClock.getAsLong() - begun >= ROUND_NANOS;
  }

  /**
   * False: this directory is too old for it. Its reader is at most 10 s behind, else it is silent.
   */
  private boolean decided(
      Sources.Source source, ConsumerRecord<String, byte[]> record, Directory current) {
    awaitRoom();
    Exception failure = decisions.failure();
    if (failure != null) {
      throw new KafkaException("a Decision was not written", failure);
    }
    Decision.Builder decision;
    try {
      decision = records.decide(record, current);
    } catch (RecordDecider.OlderDirectory e) {
      LockSupport.parkNanos(BETWEEN_NANOS);
      return false;
    }
    decision
        .setSource(source.source())
        .setSourceOffset(record.offset())
        .setPrevious(source.progress.previous());
    decisions.send(records.written(record, decision.build()), source, record.offset());
    source.progress.sent(record.offset());
    return true;
  }

  // One poll may lead to more than there is room for. A send ends within its time-out.
  private void awaitRoom() {
    while (decisions.crowded() && decisions.failure() == null) {
      LockSupport.parkNanos(ROOM_NANOS);
    }
  }

  private void settle(GroupMember member) {
    acknowledge();
    Exception failure = decisions.failure();
    if (failure != null) {
      startOver(member, failure);
    }
  }

  /** Takes in which Decisions are in the log. */
  private void acknowledge() {
    DecisionLog.Acknowledgement next = decisions.poll();
    while (next != null) {
      if (sources.has(next.source())) {
        next.source().progress.acknowledged(next.offset());
        metrics.acknowledged(Duration.ofNanos(System.nanoTime() - next.sentNanos()));
      }
      trouble.over("Decisions are written again");
      next = decisions.poll();
    }
  }

  private void startOver(GroupMember member, Exception why) {
    trouble.warn("Decisions were not written, and are made again", why);
    metrics.startedOver();
    acknowledge();
    decisions.discard();
    sources.restart(member);
    LockSupport.parkNanos(PAUSE.toNanos());
  }

  // Under load records gather at the broker meanwhile, and a fetch and an append cost about the
  // same for one as for many; a record after a pause does not wait.
  private void pace() {
    long wait = lastRead + (busy ? BUSY_BETWEEN_NANOS : BETWEEN_NANOS) - System.nanoTime();
    if (wait > 0) {
      LockSupport.parkNanos(wait);
    }
  }
}
