package io.postern.policy.decider;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.RecordReader;
import io.postern.policy.GroupMember;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads each accepted message, and each attempt that is due, exactly once, and writes the
 * deliveries and outcomes that follow (DESIGN §2, log-mechanics §3): one transaction for each
 * batch, of at most 500 records and about 4 MB that follow from them, at most one every 5 ms.
 *
 * <p>Owner: its worker's thread. While the directory has not been read to its end, or its reader
 * has been silent, nothing is decided: the partitions are paused and polling goes on (G3).
 *
 * <p>A batch is decided before its transaction begins, envelopes read back included: a retry costs
 * a fetch, and while a transaction is open, nobody reads past its first record. On failure the
 * batch is aborted and read again after a pause of a second; nothing is skipped.
 */
public final class Decider implements Worker.Task {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long BETWEEN_NANOS = Duration.ofMillis(15).toNanos();
  private static final int BATCH_RECORDS = 500;
  private static final int BATCH_BYTES = 4 << 20;

  private final Supplier<Optional<Directory>> directory;
  private final DeciderMetrics metrics;
  private final Runnable beforeCommit;
  private final RecordReader accepted;
  private final RecordDecider records;
  private final OccasionalLog trouble = new OccasionalLog(Decider.class);
  private boolean paused;
  private long lastBegin = System.nanoTime();

  /**
   * @param directory empty while nothing may be decided
   */
  public Decider(
      LogSettings settings, Supplier<Optional<Directory>> directory, DeciderMetrics metrics) {
    this(settings, directory, metrics, () -> {});
  }

  /**
   * @param beforeCommit what a test does when all is sent and nothing committed
   */
  Decider(
      LogSettings settings,
      Supplier<Optional<Directory>> directory,
      DeciderMetrics metrics,
      Runnable beforeCommit) {
    this.directory = directory;
    this.metrics = metrics;
    this.beforeCommit = beforeCommit;
    accepted = new RecordReader(settings, Topics.MAIL_ACCEPTED);
    records = new RecordDecider(accepted, metrics);
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
            2 * BATCH_BYTES),
        decider);
  }

  @Override
  public void assigned(Collection<TopicPartition> partitions) {
    // Nothing is kept by partition.
  }

  @Override
  public void round(GroupMember member) {
    if (directory.get().isEmpty()) {
      member.pauseAll();
      paused = true;
    } else if (paused) {
      member.resumeAll();
      paused = false;
    }
    pace();
    ConsumerRecords<String, byte[]> polled = member.poll(POLL);
    metrics.lag(member.lag());
    if (polled.isEmpty()) {
      return;
    }
    Directory current = directory.get().orElse(null);
    if (current == null) {
      member.giveBack(polled); // partitions that came with this very poll were not paused yet
      return;
    }
    try {
      decide(member, polled, current);
      trouble.over("what was decided is committed again");
    } catch (KafkaException e) {
      trouble.warn("a batch was not committed, and is read again", e);
      metrics.startedOver();
      member.startOver();
      // Each further try makes a producer and asks for a transactional id.
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Override
  public void ended() {
    paused = false;
    accepted.close();
  }

  private void decide(
      GroupMember member, ConsumerRecords<String, byte[]> polled, Directory current) {
    List<ProducerRecord<String, byte[]>> decided = new ArrayList<>();
    Map<TopicPartition, Long> positions = new HashMap<>();
    int records = 0;
    int bytes = 0;
    long began = System.nanoTime();
    for (ConsumerRecord<String, byte[]> record : polled) {
      for (ProducerRecord<String, byte[]> next : this.records.decide(record, current)) {
        decided.add(next);
        bytes += next.value().length;
      }
      positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      records++;
      if (bytes >= BATCH_BYTES) {
        commit(member, decided, positions);
        metrics.committed(records, Duration.ofNanos(System.nanoTime() - began));
        decided.clear();
        positions.clear();
        records = 0;
        bytes = 0;
        began = System.nanoTime();
      }
    }
    if (records > 0) {
      commit(member, decided, positions);
      metrics.committed(records, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private void commit(
      GroupMember member,
      List<ProducerRecord<String, byte[]>> decided,
      Map<TopicPartition, Long> positions) {
    lastBegin = System.nanoTime();
    member.begin();
    decided.forEach(member::send);
    beforeCommit.run();
    member.commit(positions);
  }

  // A transaction costs about the same for one record as for many, and so does a fetch: under load
  // records gather at the broker meanwhile, and what comes after a pause is not kept waiting.
  private void pace() {
    long wait = lastBegin + BETWEEN_NANOS - System.nanoTime();
    if (wait > 0) {
      LockSupport.parkNanos(wait);
    }
  }
}
