package io.postern.policy.decider;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
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
import org.jboss.logging.Logger;

/**
 * Reads each accepted message, and each attempt that is due, exactly once, and writes the
 * deliveries and outcomes that follow (DESIGN §2, log-mechanics §3): one transaction for each
 * batch, of at most 500 records and about 4 MB, at most one every 5 ms.
 *
 * <p>Owner: its worker's thread. While the directory has not been read to its end, or its reader
 * has been silent, nothing is decided: the partitions are paused and polling goes on (G3). On
 * failure the batch is aborted and read again; nothing is skipped.
 */
public final class Decider implements Worker.Task {
  private static final Logger LOG = Logger.getLogger(Decider.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long BETWEEN_NANOS = Duration.ofMillis(5).toNanos();
  private static final int BATCH_RECORDS = 500;
  private static final int BATCH_BYTES = 4 << 20;

  private final Supplier<Optional<Directory>> directory;
  private final DeciderMetrics metrics;
  private final Runnable beforeCommit;
  private final RecordReader accepted;
  private final RecordDecider records;
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
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>();
    int bytes = 0;
    for (ConsumerRecord<String, byte[]> record : polled) {
      batch.add(record);
      bytes += record.serializedValueSize();
      if (bytes >= BATCH_BYTES) {
        if (!commit(member, batch, current)) {
          return; // all of them come again
        }
        batch.clear();
        bytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      commit(member, batch, current);
    }
  }

  @Override
  public void ended() {
    paused = false;
    accepted.close();
  }

  /** False when the batch was thrown away, and reading goes on from the committed positions. */
  private boolean commit(
      GroupMember member, List<ConsumerRecord<String, byte[]>> batch, Directory current) {
    pace();
    try {
      member.begin();
      Map<TopicPartition, Long> positions = new HashMap<>();
      for (ConsumerRecord<String, byte[]> record : batch) {
        for (ProducerRecord<String, byte[]> next : records.decide(record, current)) {
          member.send(next);
        }
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
      beforeCommit.run();
      member.commit(positions);
      metrics.committed(batch.size(), Duration.ofNanos(System.nanoTime() - lastBegin));
      return true;
    } catch (KafkaException e) {
      LOG.warnf("a batch of %d was not committed, and is read again: %s", batch.size(), e);
      metrics.startedOver();
      member.startOver();
      return false;
    }
  }

  // A transaction costs about the same for one record as for many.
  private void pace() {
    long wait = lastBegin + BETWEEN_NANOS - System.nanoTime();
    if (wait > 0) {
      LockSupport.parkNanos(wait);
    }
    lastBegin = System.nanoTime();
  }
}
