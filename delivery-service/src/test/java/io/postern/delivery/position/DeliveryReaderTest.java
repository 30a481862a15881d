package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Headers;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.programs.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop against a real broker: outcomes and position together, restarts, rebalances. */
class DeliveryReaderTest {
  private static KafkaBroker broker;
  private ReaderLab lab;

  @BeforeAll
  static void startBroker() {
    broker = ReaderLab.sharedBroker();
  }

  @BeforeEach
  void start() throws Exception {
    lab = new ReaderLab(broker);
  }

  @AfterEach
  void stop() throws Exception {
    lab.close();
  }

  @Test
  void outcomesComeFirstAndThePositionAfterThem() throws Exception {
    List<String> asked = new ArrayList<>(lab.ask(0, 20));
    asked.addAll(lab.ask(0, 5));
    lab.reader();
    Map<String, List<ConsumerRecord<String, byte[]>>> outcomes = lab.awaitOutcomes(asked);
    for (List<ConsumerRecord<String, byte[]>> each : outcomes.values()) {
      assertThat(each).hasSize(1);
      ConsumerRecord<String, byte[]> record = each.getFirst();
      assertThat(record.partition()).isZero();
      assertThat(header(record, Headers.WRITER)).isEqualTo("delivery");
      assertThat(header(record, Headers.ORGANIZATION)).isEqualTo("contoso");
      OutcomeRecorded outcome = OutcomeRecorded.parseFrom(record.value());
      assertThat(header(record, Headers.FINAL)).isEqualTo(Owner.of(outcome.getOwner()).toString());
      assertThat(outcome.getOwner().getTake()).isEqualTo(1);
      assertThat(outcome.getTimings().getRequestedMillis()).isPositive();
      assertThat(outcome.getAcceptedOffset()).isEqualTo(7);
      assertThat(outcome.getAcceptedMillis()).isEqualTo(8);
      assertThat(outcome.getExpiresMillis()).isEqualTo(9);
      assertThat(outcome.getRoute()).isEqualTo("fabrikam");
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              assertThat(lab.position(0).next()).isGreaterThan(lab.offset(asked.getLast()));
              assertThat(lab.observed).hasSize(25);
            });
  }

  @Test
  void afterARestartOnlyWhatHasNoOutcomeIsDelivered() throws Exception {
    List<String> asked = lab.ask(1, 50);
    lab.held.add(asked.get(3));
    lab.held.add(asked.get(20));
    List<String> free = asked.stream().filter(id -> !lab.held.contains(id)).toList();
    AutoCloseable first = lab.reader();
    lab.awaitOutcomes(free);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(lab.position(1).next()).isEqualTo(lab.offset(asked.get(3))));
    first.close();
    assertThat(lab.position(1).released()).isTrue();
    assertThat(lab.position(1).next()).isEqualTo(lab.offset(asked.get(3)));
    lab.held.clear();
    DeliveryReader second = lab.reader().reader();
    assertThat(lab.awaitOutcomes(asked).values()).allMatch(list -> list.size() == 1);
    for (int i = 0; i < 50; i++) {
      assertThat(lab.starts(asked.get(i))).isEqualTo(i == 3 || i == 20 ? 2 : 1);
    }
    assertThat(second.counts().takerWaits.count()).isZero();
  }

  /** Refuses, and counts how often it was asked. Consumers have none. */
  public static final class RefusingPartitioner implements Partitioner {
    private static final AtomicInteger ASKED = new AtomicInteger();

    @Override
    public void configure(Map<String, ?> settings) {
      ASKED.incrementAndGet();
      throw new ConfigException("no producer today");
    }

    @Override
    public int partition(
        String topic,
        @Nullable Object key,
        byte @Nullable [] keyBytes,
        @Nullable Object value,
        byte @Nullable [] valueBytes,
        Cluster cluster) {
      return 0;
    }

    @Override
    public void close() {}
  }

  @Test
  void aProducerThatIsRefusedIsNotMadeAnewAtEachTurnAndPollsGoOn() throws Exception {
    RefusingPartitioner.ASKED.set(0);
    ReaderLab.HeldClock clock = new ReaderLab.HeldClock();
    DeliveryReader reader =
        lab.reader(
                Map.of(
                    ProducerConfig.PARTITIONER_CLASS_CONFIG, RefusingPartitioner.class.getName()),
                clock)
            .reader();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> reader.assigned() == ReaderLab.PARTITIONS);
    for (int tries = 1; tries <= 3; tries++) {
      awaitTurns(clock);
      assertThat(RefusingPartitioner.ASKED).hasValue(tries);
      clock.pass(DeliveryReader.RENEW_PAUSE.minusNanos(1));
      awaitTurns(clock);
      assertThat(RefusingPartitioner.ASKED).as("not before its time").hasValue(tries);
      clock.pass(Duration.ofNanos(1));
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> RefusingPartitioner.ASKED.get() == 4);
    assertThat(reader.committing()).isFalse();
    clock.goOn();
  }

  /** The loop takes some turns: each looks at the clock a few times, and polls. */
  private static void awaitTurns(ReaderLab.HeldClock clock) {
    long then = clock.looks();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> clock.looks() > then + 20);
  }

  @Test
  void aPartitionThatIsGivenUpIsReleased() throws Exception {
    List<String> asked = lab.ask(0, 3);
    AutoCloseable first = lab.reader();
    lab.awaitOutcomes(asked);
    first.close();
    assertThat(lab.position(0).released()).isTrue();
  }

  @Test
  void nothingStartsBeforeTheDirectoryIsThere() throws Exception {
    lab.mayStart.set(false);
    List<String> asked = lab.ask(0, 10);
    DeliveryReader reader = lab.reader().reader();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> reader.assigned() == ReaderLab.PARTITIONS);
    Awaitility.await()
        .during(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(5))
        .until(lab.started::isEmpty);
    lab.mayStart.set(true);
    lab.awaitOutcomes(asked);
  }

  @Test
  void theWindowIsBounded() throws Exception {
    List<String> asked = lab.ask(0, 900);
    lab.held.addAll(asked);
    DeliveryReader reader = lab.reader().reader();
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> reader.inWindow() > 300);
    Awaitility.await()
        .during(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(10))
        .until(() -> reader.inWindow() <= ReaderLab.SETTINGS.window());
    lab.release.complete(null);
    lab.awaitOutcomes(asked);
    assertThat(asked).allMatch(id -> lab.starts(id) == 1);
  }

  @Test
  void aSecondReplicaTakesPartitionsOverWithoutDoubling() throws Exception {
    lab.reader();
    List<String> asked = new ArrayList<>(lab.ask(0, 50));
    asked.addAll(lab.ask(1, 50));
    lab.awaitOutcomes(asked);
    DeliveryReader second = lab.reader().reader();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> second.assigned() == 1);
    asked.addAll(lab.ask(0, 50));
    asked.addAll(lab.ask(1, 50));
    assertThat(lab.awaitOutcomes(asked).values()).allMatch(list -> list.size() == 1);
    assertThat(asked).allMatch(id -> lab.starts(id) == 1);
  }

  @Test
  void aDeliveryThatThrowsIsDeferredAndThePartitionGoesOn() throws Exception {
    List<String> asked = lab.ask(0, 3);
    lab.reader(
        (task, ownership) -> {
          if (task.request().getQueueId().equals(asked.get(1))) {
            throw new IllegalStateException("broken");
          }
          return ReaderLab.delivered(task);
        });
    Map<String, List<ConsumerRecord<String, byte[]>>> outcomes = lab.awaitOutcomes(asked);
    OutcomeRecorded outcome =
        OutcomeRecorded.parseFrom(
            outcomes.getOrDefault(asked.get(1), List.of()).getFirst().value());
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("internal-error");
  }

  @Test
  void aRecordThatIsNoDecisionBlocksNothing() throws Exception {
    String elsewhere = QueueId.next(99).toString();
    lab.raw(0, "x", null);
    lab.raw(0, "x", new byte[] {1, 2, 3});
    lab.raw(0, "x", Decision.getDefaultInstance().toByteArray());
    // In the chain, and of a message that is not at home here, or of none.
    lab.decided(
        0,
        elsewhere,
        d -> d.setQueueId(elsewhere).addDeliveries(delivery(elsewhere, 0)).setAttempt(1));
    lab.decided(0, "x", d -> d.setAttempt(1));
    // Its message and recipients can be known, and what it asks for cannot.
    String mixed = QueueId.next(0).toString();
    lab.decided(
        0,
        mixed,
        d ->
            d.setQueueId(mixed)
                .setAttempt(1)
                .addDeliveries(delivery(mixed, 4))
                .addDeliveries(delivery(elsewhere, 5)));
    List<String> asked = new ArrayList<>(lab.ask(0, 3));
    asked.add(mixed);
    lab.reader();
    Map<String, List<ConsumerRecord<String, byte[]>>> outcomes = lab.awaitOutcomes(asked);
    assertThat(outcomes.getOrDefault(mixed, List.of())).isNotEmpty();
    OutcomeRecorded unreadable =
        OutcomeRecorded.parseFrom(outcomes.getOrDefault(mixed, List.of()).getFirst().value());
    assertThat(unreadable.getRecipients(0).getRecipient()).isEqualTo(4);
    assertThat(unreadable.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(unreadable.getRecipients(0).getReason()).isEqualTo("internal-error");
    assertThat(lab.starts(elsewhere)).isZero();
    assertThat(lab.starts(mixed)).isZero();
  }

  private static DeliveryRequested delivery(String id, int recipient) {
    return DeliveryRequested.newBuilder()
        .setQueueId(id)
        .setDeliveryId(id + "/1/0")
        .setAttempt(1)
        .addRecipients(recipient)
        .build();
  }

  private static @Nullable String header(ConsumerRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.US_ASCII);
  }
}
