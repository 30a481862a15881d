package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.LaterTables;
import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.store.Days;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Deployment;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Days are made anew only where a real log has all of their records. */
class RebuildTest {
  private static final int PARTITIONS = 2;
  private static final TopicPartition ACCEPTED = new TopicPartition(Topics.MAIL_ACCEPTED, 1);

  @TempDir private Path folder;
  private KafkaBroker broker;
  private LogSettings log;
  private String url = "";

  /** A message in the read model, of which the log has no record. */
  @BeforeEach
  void start() throws Exception {
    broker = KafkaBroker.start(folder, properties -> {});
    log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(
        log, Deployment.of("single-node", OptionalInt.of(PARTITIONS)), Duration.ofSeconds(60));
    url = Postgres.migrated();
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      QueueId id = QueueId.next(0);
      fold.read(
          LogRecords.of(
              Topics.MAIL_ACCEPTED,
              0,
              System.currentTimeMillis(),
              id.value(),
              MessageAccepted.newBuilder().setQueueId(id.value()).build()));
      fold.commit();
    }
  }

  @AfterEach
  void close() {
    broker.close();
  }

  @Test
  void aDayThatTheLogHasWholeIsEmptiedToBeReadAgain() throws Exception {
    send();
    rebuild();
    assertThat(messages()).isZero();
  }

  @Test
  void aDayStaysWhereRetentionHasEmptiedAPartition() throws Exception {
    long behind = send() + 1;
    try (Admin admin = Admin.create(log.admin())) {
      var unused =
          admin
              .deleteRecords(Map.of(ACCEPTED, RecordsToDelete.beforeOffset(behind)))
              .all()
              .get(60, TimeUnit.SECONDS);
    }
    rebuild();
    assertThat(messages()).isEqualTo(1);

    send(); // the first that is left says nothing of those before it
    rebuild();
    assertThat(messages()).isEqualTo(1);
  }

  /** A version that does not know these tables; the later one would count their mail twice. */
  @Test
  void aDayOfALaterVersionsTablesIsEmptiedToo() throws Exception {
    Postgres.migrate(url, LaterTables.MIGRATIONS);
    try (Connection connection = connection()) {
      fold(connection); // makes today's partitions
    }
    int day = Days.of(System.currentTimeMillis());
    for (int ahead = 0; ahead < 2; ahead++) {
      Postgres.execute(url, "INSERT INTO later_mail VALUES (%d, 'id')".formatted(day + ahead));
    }
    Postgres.execute(
        url,
        "INSERT INTO later_count (day, organization, messages) VALUES (%d, 'contoso', 1), (%d,"
                .formatted(day, day - 90)
            + " 'contoso', 1)");
    send();
    rebuild();
    assertThat(number("later_mail")).isZero();
    assertThat(number("later_count")).isZero();
  }

  private Connection connection() throws SQLException {
    return WriterConnection.open(url, Postgres.user(), Postgres.password());
  }

  private static Fold fold(Connection connection) throws SQLException {
    Fold fold = new Fold(connection, 90, 100, InstantSource.system());
    fold.begin();
    return fold;
  }

  private long send() throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      return producer
          .send(
              new ProducerRecord<>(
                  ACCEPTED.topic(), ACCEPTED.partition(), "another message", new byte[0]))
          .get(60, TimeUnit.SECONDS)
          .offset();
    }
  }

  private void rebuild() throws SQLException {
    try (Connection connection = connection();
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(LogFold.properties(log))) {
      List<TopicPartition> all = new ArrayList<>();
      for (String topic : List.of(Topics.MAIL_ACCEPTED, Topics.MAIL_REFUSALS)) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          all.add(new TopicPartition(topic, partition));
        }
      }
      new Rebuild(fold(connection), connection, consumer, all).run();
    }
  }

  private int messages() throws SQLException {
    return number("message");
  }

  private int number(String table) throws SQLException {
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getInt(1);
    }
  }
}
