package io.postern.console.fold;

import io.postern.console.store.Positions;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Topics;
import io.postern.log.reading.ConsumerThread;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * One consumer and one connection: the wait for the lock, and the fold while it is held. Owner: the
 * fold's thread.
 */
final class FoldSession implements ConsumerThread.Session {
  private static final Logger LOG = Logger.getLogger(FoldSession.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration ENDS = Duration.ofSeconds(5);
  // A little less than a fetch waits: the records of each make a transaction.
  private static final long COMMIT_NANOS = Duration.ofMillis(350).toNanos();
  private static final long LOOK_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long KEEP_NANOS = Duration.ofMinutes(10).toNanos();

  private final LogFold owner;
  private final KafkaConsumer<String, byte[]> consumer;
  private final Connection connection;
  private final Fold fold;
  private final EvenReading even;
  private final List<TopicPartition> all = new ArrayList<>();
  private boolean writing;
  private long looked;
  private long kept;
  private long committed = System.nanoTime();

  FoldSession(
      LogFold owner, KafkaConsumer<String, byte[]> consumer, Connection connection, Fold fold) {
    this.owner = owner;
    this.consumer = consumer;
    this.connection = connection;
    this.fold = fold;
    this.even = new EvenReading(consumer);
    assign();
    consumer.seekToBeginning(all);
    consumer.pause(all);
  }

  /** All partitions that the topics have now. */
  private void assign() {
    all.clear();
    for (String topic : Fold.TOPICS) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      fold.partitions(topic, partitions.size());
      all.addAll(partitions);
    }
    consumer.assign(all);
  }

  /** The log has grown since. */
  private boolean grown() {
    return Fold.TOPICS.stream().mapToInt(topic -> consumer.partitionsFor(topic).size()).sum()
        > all.size();
  }

  @Override
  public void turn() throws SQLException {
    if (!writing) {
      begin();
      return;
    }
    even.balance();
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    for (TopicPartition partition : records.partitions()) {
      even.read(partition, records.records(partition).getLast().timestamp());
    }
    if (records.isEmpty()) {
      even.nothingCame();
    }
    for (ConsumerRecord<String, byte[]> record : records) {
      fold.read(record);
      if (fold.full()) {
        commit();
      }
    }
    long now = System.nanoTime();
    // Few large transactions: a message's records in one cost one row each, not a change each.
    if (!records.isEmpty() && now - committed < COMMIT_NANOS) {
      return;
    }
    if (now - kept > KEEP_NANOS) {
      commit(); // what was read may be of a day that goes
      fold.keepDays();
      kept = now;
    }
    if (now - looked > LOOK_NANOS) {
      look();
      looked = now;
    }
    commit();
    owner.seen(true, fold.positions().lag(), fold.positions().unreadable());
  }

  private void begin() throws SQLException {
    writing = WriterConnection.lock(connection);
    owner.seen(writing, -1, 0);
    if (!writing) {
      consumer.poll(WAIT); // another replica writes: all is paused, and close() ends the wait
      return;
    }
    LOG.info("This replica writes the read model");
    fold.begin();
    assign(); // the wait for the lock may have been long
    seek();
    consumer.resume(all);
    looked = System.nanoTime() - LOOK_NANOS - 1;
    kept = System.nanoTime();
  }

  /** To the positions, and to the directory's beginning; what the log lost before is a gap. */
  private void seek() throws SQLException {
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(all, ENDS);
    Map<TopicPartition, Long> ends = consumer.endOffsets(all, ENDS);
    for (TopicPartition partition : all) {
      long beginning = beginnings.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, 0L);
      Positions.Key key = new Positions.Key(partition.topic(), partition.partition());
      Long known = fold.positions().next(key);
      long next = known == null ? 0 : known;
      if (next < beginning) {
        fold.lost(key, next, beginning);
        next = beginning;
      } else if (next > end) {
        LOG.errorf(
            "%s ends at %d and was read up to %d: Kafka has lost records. New records are read; a "
                + "rebuild makes the read model consistent with Kafka again",
            partition, end, next);
        fold.lost(key, next, end);
        next = end;
      }
      if (partition.topic().equals(Topics.DIRECTORY)) {
        fold.beginDirectory(end);
        next = beginning;
      }
      fold.positions().moveTo(key, next);
      consumer.seek(partition, next);
    }
    even.ends(ends);
    fold.commit();
  }

  /** At the log's ends, for the lag, and at requests for a rebuild. */
  private void look() throws SQLException {
    if (grown()) {
      commit();
      assign();
      seek();
      LOG.infof("The topics have %d partitions now", all.size());
    }
    long now = System.currentTimeMillis();
    Map<TopicPartition, Long> ends = consumer.endOffsets(all, ENDS);
    even.ends(ends);
    ends.forEach(
        (partition, end) -> {
          Positions.Key key = new Positions.Key(partition.topic(), partition.partition());
          // Behind the last record there may be offsets without one, of transactions.
          long position = consumer.position(partition, ENDS);
          fold.positions().end(key, end, now);
          fold.positions().moveTo(key, position);
        });
    if (Rebuild.isAskedFor(connection)) {
      commit();
      new Rebuild(fold, connection, consumer, all).run();
      seek();
    }
  }

  private void commit() throws SQLException {
    int records = fold.records();
    fold.commit();
    committed = System.nanoTime();
    owner.folded.addAndGet(records);
  }

  @Override
  public void close() {
    try {
      connection.close(); // and with it the lock
    } catch (SQLException e) {
      LOG.debugf(e, "the writer's connection did not close");
    }
  }
}
