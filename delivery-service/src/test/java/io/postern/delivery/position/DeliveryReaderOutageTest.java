package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker dies or stands still while deliveries are under way. */
class DeliveryReaderOutageTest {
  @TempDir private Path folder;
  private KafkaBroker broker;
  private ReaderLab lab;

  @BeforeEach
  void start() throws Exception {
    broker = KafkaBroker.start(folder, more -> {});
    lab = new ReaderLab(broker);
  }

  @AfterEach
  void stop() throws Exception {
    lab.close();
    broker.close();
  }

  @Test
  void aBrokerThatDiesAndComesBackDoublesNothing() throws Exception {
    List<String> asked = new ArrayList<>(lab.ask(0, 200));
    lab.held.addAll(asked.subList(100, 200));
    DeliveryReader reader = lab.reader().reader();
    lab.awaitOutcomes(asked.subList(0, 100));
    broker.kill();
    lab.release.complete(null);
    Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> !reader.committing());
    broker.restart();
    assertThat(lab.awaitOutcomes(asked).values()).allMatch(list -> list.size() == 1);
    asked.addAll(lab.ask(1, 5));
    lab.awaitOutcomes(asked);
    assertThat(asked).allMatch(id -> lab.starts(id) == 1);
  }

  @Test
  void aBrokerThatStandsStillForLongerThanTransactionAndSessionDoublesNoDelivery()
      throws Exception {
    List<String> asked = lab.ask(0, 120);
    lab.held.addAll(asked.subList(60, 120));
    DeliveryReader reader = lab.reader().reader();
    lab.awaitOutcomes(asked.subList(0, 60));
    long since = System.nanoTime();
    broker.pause();
    lab.release.complete(null);
    Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> !reader.committing());
    // The consumer's session lasts 10 s, the transaction 5 s.
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> System.nanoTime() - since > Duration.ofSeconds(12).toNanos());
    broker.resume();
    assertThat(lab.awaitOutcomes(asked).values())
        .allMatch(
            // The same id twice is once.
            list -> list.stream().map(ReaderLab::id).distinct().count() == 1);
    assertThat(asked).allMatch(id -> lab.starts(id) == 1);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(lab.position(0).next()).isGreaterThan(lab.offset(asked.getLast())));
  }
}
