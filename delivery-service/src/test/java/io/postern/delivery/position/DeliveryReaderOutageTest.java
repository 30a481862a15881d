package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.programs.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The broker dies or stands still while deliveries are under way. */
class DeliveryReaderOutageTest {
  private KafkaBroker broker;
  private ReaderLab lab;

  @BeforeEach
  void start() throws Exception {
    broker = ReaderLab.sharedBroker();
    lab = new ReaderLab(broker);
  }

  @AfterEach
  void stop() throws Exception {
    lab.close();
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
    lab.awaitOutcomes(asked);
    asked.addAll(lab.ask(1, 5));
    lab.awaitOutcomes(asked);
    assertOneDotEach(asked);
    assertThat(asked.subList(0, 100)).allMatch(id -> lab.starts(id) == 1);
  }

  @Test
  void aBrokerThatStandsStillForLongerThanTheSessionDoublesNoDelivery() throws Exception {
    List<String> asked = lab.ask(0, 120);
    lab.held.addAll(asked.subList(60, 120));
    DeliveryReader reader = lab.reader().reader();
    lab.awaitOutcomes(asked.subList(0, 60));
    long since = System.nanoTime();
    broker.pause();
    lab.release.complete(null);
    Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> !reader.committing());
    // The consumer's session lasts 6 s, a send 8 s.
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> System.nanoTime() - since > Duration.ofSeconds(12).toNanos());
    broker.resume();
    lab.awaitOutcomes(asked);
    assertOneDotEach(asked);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(lab.position(0).next()).isGreaterThan(lab.offset(asked.getLast())));
  }

  /**
   * Each host got each message once: a session that was cut before its dot comes again, one past it
   * does not.
   */
  private void assertOneDotEach(List<String> asked) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(lab.dots).containsExactlyInAnyOrderElementsOf(asked));
  }
}
