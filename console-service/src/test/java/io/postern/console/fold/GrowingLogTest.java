package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.console.Postgres;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Deployment;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.LogGrowth;
import io.postern.log.topics.TopicsSetup;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The console runs on while partitions are added, and shows what is in them. */
class GrowingLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void mailInANewPartitionIsShownWithoutARestart() throws Exception {
    LogSettings log =
        new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(1));
    String url = Postgres.migrated();
    LogFold.Link link = new LogFold.Link(url, Postgres.user(), Postgres.password());
    try (LogFold fold = new LogFold(log, link, DirectoryAgainTest.settings(), () -> true)) {
      fold.start();
      accept(log, 0);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(messages(url)).isEqualTo(1));

      LogGrowth.grow(log, 3, _ -> {}, PATIENCE);
      accept(log, 2);
      accept(log, 0);

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(messages(url)).isEqualTo(3));
    }
  }

  private static void accept(LogSettings log, int partition) throws Exception {
    QueueId id = QueueId.next(partition);
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.MAIL_ACCEPTED,
                  partition,
                  id.value(),
                  MessageAccepted.newBuilder().setQueueId(id.value()).build().toByteArray()))
          .get(60, TimeUnit.SECONDS);
    }
  }

  private static int messages(String url) throws SQLException {
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM message")) {
      row.next();
      return row.getInt(1);
    }
  }
}
