package io.postern.policy.notices;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.reading.RecordReader;
import io.postern.policy.GroupMember;
import io.postern.policy.MailBudget;
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
 * The writer of DSNs: it reads each notice exactly once and writes the DSNs that follow, as
 * messages of their own (docs/design/architecture.md, "Time"). Records and position are one
 * transaction for each batch of at most 50 notices and some 4 MB.
 *
 * <p>Owner: its worker's thread. Envelopes and outcomes are read back, and the DSNs' texts are
 * durable, before the transaction begins, so that it is short. After a failure it aborts the batch
 * and reads it again after a second; it skips nothing, and a DSN that is written twice has the same
 * queue id, derived from the notice.
 */
public final class NoticeWriter implements Worker.Task {
  // A notice ends both waits at once.
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int FETCH_WAIT_MILLIS = 2_000;
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int BATCH_RECORDS = 50;
  private static final int BATCH_BYTES = 4 << 20;

  private final RecordReader accepted;
  private final RecordReader outcomes;
  private final DsnTexts texts;
  private final NoticeRecords notices;
  private final NoticeMetrics metrics;
  private final Supplier<Optional<Directory>> directory;
  private final Runnable beforeCommit;
  private final OccasionalLog trouble = new OccasionalLog(NoticeWriter.class);
  private boolean paused;

  /**
   * @param hostName {@link NoticeSettings#hostName}
   * @param directory in force, by which senders are proved; nothing is written while it is empty
   * @param beforeCommit runs when all is sent and nothing committed: for tests
   */
  NoticeWriter(
      LogSettings settings,
      MailBudget budget,
      Optional<String> hostName,
      NoticeMetrics metrics,
      Supplier<Optional<Directory>> directory,
      Runnable beforeCommit) {
    this.metrics = metrics;
    this.directory = directory;
    this.beforeCommit = beforeCommit;
    accepted = new RecordReader(settings, Topics.MAIL_ACCEPTED);
    outcomes = new RecordReader(settings, Topics.MAIL_OUTCOMES);
    texts = new DsnTexts(settings);
    notices = new NoticeRecords(accepted, outcomes, texts, budget, hostName, metrics);
  }

  /**
   * A worker for one, to be started. By a directory that was lost no sender is proved, and none
   * would be notified.
   */
  public static Worker worker(
      LogSettings log,
      NoticeSettings notices,
      MeterRegistry registry,
      DirectoryReader<Directory> directory) {
    return worker(
        log,
        new NoticeWriter(
            log,
            notices.budget(),
            notices.checkedHostName(),
            new NoticeMetrics(registry),
            directory::inForce,
            () -> {}));
  }

  static Worker worker(LogSettings settings, NoticeWriter writer) {
    return new Worker(
        settings,
        ConsumerGroups.NOTICE_WRITER,
        List.of(Topics.MAIL_NOTICES),
        Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            BATCH_RECORDS,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            2 * BATCH_BYTES,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            FETCH_WAIT_MILLIS),
        writer);
  }

  @Override
  public void assigned(Collection<TopicPartition> partitions) {
    // Nothing is kept by partition.
  }

  @Override
  public void round(GroupMember member) throws LogUnavailableException {
    boolean pause = directory.get().isEmpty();
    if (pause) {
      member.pauseAll();
    } else if (paused) {
      member.resumeAll();
    }
    paused = pause;
    ConsumerRecords<String, byte[]> polled = member.poll(POLL);
    Directory current = directory.get().orElse(null);
    if (current == null) {
      member.giveBack(polled); // partitions that came with this very poll were not paused yet
      return;
    }
    List<PendingRecord> written = new ArrayList<>();
    Map<TopicPartition, Long> positions = new HashMap<>();
    int bytes = 0;
    for (ConsumerRecord<String, byte[]> record : polled) {
      for (PendingRecord pending : notices.of(record, current)) {
        written.add(pending);
        bytes += pending.bytes();
      }
      positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      if (bytes >= BATCH_BYTES) {
        if (!commit(member, written, positions)) {
          return; // the next poll reads them again
        }
        written.clear();
        positions.clear();
        bytes = 0;
      }
    }
    if (!positions.isEmpty()) {
      commit(member, written, positions);
    }
  }

  @Override
  public void ended() {
    paused = false;
    accepted.close();
    outcomes.close();
    texts.close();
  }

  /** False when the batch was aborted, and reading goes on from the committed positions. */
  private boolean commit(
      GroupMember member, List<PendingRecord> written, Map<TopicPartition, Long> positions)
      throws LogUnavailableException {
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>(written.size());
    for (PendingRecord pending : written) {
      records.add(pending.durable().await());
    }
    try {
      member.begin();
      for (var record : records) {
        var unused = member.send(record); // the commit fails with it
      }
      beforeCommit.run();
      member.commit(positions);
      texts.committed();
      trouble.over("notifications are committed again");
      return true;
    } catch (KafkaException e) {
      trouble.warn(written.size() + " notifications were not committed, and are made again", e);
      metrics.startedOver();
      member.startOver();
      // Each further try makes a producer and asks for a transactional id.
      LockSupport.parkNanos(PAUSE.toNanos());
      return false;
    }
  }
}
