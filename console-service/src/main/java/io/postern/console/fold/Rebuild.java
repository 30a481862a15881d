package io.postern.console.fold;

import io.postern.console.store.Days;
import io.postern.contracts.Topics;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The beginning of a rebuild (docs/decisions/0057-the-read-model-is-folded-with-its-positions.md):
 * days that the log holds whole are emptied, all positions and the rules' state forgotten, in one
 * transaction. Then the log is read from its beginning. Days of which the log holds a part, or
 * nothing, keep their rows: a record that comes again changes nothing in them. Owner: the fold's
 * thread.
 */
final class Rebuild {
  private static final Logger LOG = Logger.getLogger(Rebuild.class);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Fold fold;
  private final Connection connection;
  private final KafkaConsumer<String, byte[]> consumer;
  private final List<TopicPartition> all;

  Rebuild(
      Fold fold,
      Connection connection,
      KafkaConsumer<String, byte[]> consumer,
      List<TopicPartition> all) {
    this.fold = fold;
    this.connection = connection;
    this.consumer = consumer;
    this.all = all;
  }

  static boolean isAskedFor(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1 FROM rebuild")) {
      return row.next();
    }
  }

  void run() throws SQLException {
    for (int day : new TreeSet<>(fold.days().there())) {
      if (whole(Topics.MAIL_ACCEPTED, day)) {
        fold.days().empty(connection, day, Topics.MAIL_ACCEPTED);
      }
      if (whole(Topics.MAIL_REFUSALS, day)) {
        fold.days().empty(connection, day, Topics.MAIL_REFUSALS);
        delete("DELETE FROM day_bound WHERE topic = 'mail.refusals' AND day = " + day);
      }
    }
    fold.forget();
    delete("DELETE FROM rebuild");
    connection.commit();
    LOG.info("The read model is being rebuilt from Kafka");
  }

  private void delete(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /**
   * Whether the log has all records of the day: each partition has its first record ever, or one
   * from more than a day before. A queue id's day may be that of the message's beginning, a little
   * before its acceptance.
   */
  private boolean whole(String topic, int day) {
    Map<TopicPartition, Long> times = new HashMap<>();
    for (TopicPartition partition : all) {
      if (partition.topic().equals(topic)) {
        times.put(partition, Days.startMillis(day - 1));
      }
    }
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(times.keySet(), ANSWER);
    Map<TopicPartition, Long> ends = consumer.endOffsets(times.keySet(), ANSWER);
    Map<TopicPartition, OffsetAndTimestamp> first = consumer.offsetsForTimes(times, ANSWER);
    return times.keySet().stream()
        .allMatch(
            partition -> {
              long beginning = beginnings.getOrDefault(partition, 0L);
              OffsetAndTimestamp since = first.get(partition);
              // A partition that retention has emptied says nothing of any day.
              return beginning == 0
                  || (since == null
                      ? beginning < ends.getOrDefault(partition, 0L)
                      : since.offset() > beginning);
            });
  }
}
