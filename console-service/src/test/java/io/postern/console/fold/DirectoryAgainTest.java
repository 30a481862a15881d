package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.console.ConsoleSettings;
import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.store.Positions;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Deployment;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory is read from its beginning at each start, and no former state is shown again. */
class DirectoryAgainTest {
  @TempDir private Path folder;

  /** As a domain that has moved to another organization, during a long backlog. */
  @Test
  void anOlderRecordIsNotShownInPlaceOfANewerOne() throws Exception {
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, InstantSource.system());
      fold.begin();
      read(fold, 10, connector("moved", "former"));
      read(fold, 50, connector("moved", "newer"));
      fold.commit();

      fold.beginDirectory(71);
      fold.positions().moveTo(new Positions.Key(Topics.DIRECTORY, 0), 0);
      fold.commit();
      read(fold, 10, connector("moved", "former"));
      read(fold, 20, connector("further", "former"));
      fold.commit();
      assertThat(names(url)).containsExactly("moved newer");
      read(fold, 50, connector("moved", "newer"));
      read(fold, 60, connector("further", "newer"));
      fold.commit();
      assertThat(names(url)).containsExactly("moved newer");
      read(fold, 70, connector("last", "new"));
      fold.commit();
      assertThat(names(url)).containsExactly("further newer", "last new", "moved newer");

      read(fold, 71, connector("moved", "again"));
      fold.commit();
      assertThat(names(url)).containsExactly("further newer", "last new", "moved again");
    }
  }

  /** Its offsets begin at 0 again. */
  @Test
  void aTopicThatWasCreatedAnewReplacesTheRows() throws Exception {
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, InstantSource.system());
      fold.begin();
      read(fold, 90, connector("kept", "before"));
      read(fold, 91, connector("lost", "before"));
      fold.commit();

      for (int start = 0; start < 2; start++) { // a console that ends while it reads
        fold.beginDirectory(3);
        fold.positions().moveTo(new Positions.Key(Topics.DIRECTORY, 0), 0);
        read(fold, 1, connector("kept", "now"));
        fold.commit();
        assertThat(names(url)).containsExactly("kept before", "lost before");
      }
      read(fold, 2, connector("new", "now"));
      fold.commit();
      assertThat(names(url)).containsExactly("kept now", "new now");
    }
  }

  /** A console that was away for more than a day, while Kafka forgot removed objects. */
  @Test
  void anObjectThatTheTopicForgotIsRemoved() throws Exception {
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, InstantSource.system());
      fold.begin();
      for (int i = 0; i < 3; i++) { // with offsets, as they were read
        read(fold, i, connector("c" + i, "before"));
      }
      fold.commit();
    }
    assertThat(names(url)).containsExactly("c0 before", "c1 before", "c2 before");

    try (KafkaBroker broker = KafkaBroker.start(folder, properties -> {})) {
      LogSettings log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
      TopicsSetup.createOrVerify(
          log, Deployment.of("single-node", OptionalInt.of(1)), Duration.ofSeconds(60));
      // Compacted: the second and its marker are gone.
      for (String comment : List.of("at offset 0", "at 1", "at 2", "now")) {
        send(log, connector("c0", comment));
      }
      send(log, connector("c2", "before"));
      LogFold.Link link = new LogFold.Link(url, Postgres.user(), Postgres.password());
      AtomicBoolean over = new AtomicBoolean();
      Set<List<String>> shown = ConcurrentHashMap.newKeySet();
      Thread looking = Thread.ofPlatform().start(() -> look(url, shown, over));
      try (LogFold fold = new LogFold(log, link, settings(), () -> true)) {
        fold.start();
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() -> assertThat(names(url)).containsExactly("c0 now", "c2 before"));

        send(log, connector("c3", "new"));
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () -> assertThat(names(url)).containsExactly("c0 now", "c2 before", "c3 new"));
      } finally {
        over.set(true);
        looking.join();
      }
      assertThat(shown)
          .as("nothing in between")
          .containsOnly(
              List.of("c0 before", "c1 before", "c2 before"),
              List.of("c0 now", "c2 before"),
              List.of("c0 now", "c2 before", "c3 new"));
    }
  }

  private static void look(String url, Set<List<String>> shown, AtomicBoolean over) {
    try {
      while (!over.get()) {
        shown.add(names(url));
        Thread.sleep(5);
      }
    } catch (Exception e) {
      shown.add(List.of(e.toString()));
    }
  }

  private static void read(Fold fold, long offset, DirectoryObject object) throws Exception {
    fold.read(
        LogRecords.of(
            Topics.DIRECTORY,
            offset,
            System.currentTimeMillis(),
            DirectoryKeys.key(object),
            object));
  }

  private static DirectoryObject connector(String name, String comment) {
    return DirectoryObject.newBuilder()
        .setOutboundConnector(
            OutboundConnector.newBuilder()
                .setOrganization("contoso")
                .setName(name)
                .setComment(comment))
        .build();
  }

  private static void send(LogSettings log, DirectoryObject object) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      var unused =
          producer
              .send(
                  new ProducerRecord<>(
                      Topics.DIRECTORY, 0, DirectoryKeys.key(object), object.toByteArray()))
              .get(60, TimeUnit.SECONDS);
    }
  }

  static ConsoleSettings settings() {
    return new ConsoleSettings() {
      @Override
      public Duration idleTimeout() {
        return Duration.ofMinutes(30);
      }

      @Override
      public Optional<String> searchUser() {
        return Optional.empty();
      }

      @Override
      public Optional<String> searchPassword() {
        return Optional.empty();
      }

      @Override
      public int retentionDays() {
        return 90;
      }

      @Override
      public long mostADay() {
        return 100;
      }
    };
  }

  private static List<String> names(String url) throws Exception {
    List<String> names = new ArrayList<>();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT record FROM directory_object ORDER BY object_key")) {
      while (row.next()) {
        OutboundConnector connector =
            DirectoryObject.parseFrom(row.getBytes(1)).getOutboundConnector();
        names.add(connector.getName() + " " + connector.getComment());
      }
    }
    return names;
  }
}
