package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.era.DeliveryEra;
import io.postern.programs.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A deleted group's mail goes on in a new era, each delivery once. */
class DeliveryEraTest {
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

  /** Some are delivered behind two that stay open; then the group is deleted. */
  private List<String> openMailOfADeletedGroup() throws Exception {
    List<String> asked = new ArrayList<>(lab.ask(1, 50));
    lab.held.add(asked.get(3));
    lab.held.add(asked.get(20));
    asked.addAll(lab.ask(0, 10));
    try (ReaderLab.Running first = lab.reader()) {
      lab.awaitOutcomes(asked.stream().filter(id -> !lab.held.contains(id)).toList());
      assertThatThrownBy(() -> DeliveryEra.begin(lab.settings()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("stop every replica");
      assertThat(first.reader().assigned()).isEqualTo(ReaderLab.PARTITIONS);
    }
    lab.held.clear();
    try (Admin admin = Admin.create(lab.settings().admin())) {
      admin.deleteConsumerGroups(List.of(ConsumerGroups.DELIVERY)).all().get();
    }
    return asked;
  }

  private void eachComesOnce(List<String> asked, int era) throws Exception {
    DeliveryReader second = lab.reader().reader();
    Map<String, List<ConsumerRecord<String, byte[]>>> outcomes = lab.awaitOutcomes(asked);
    assertThat(outcomes.values()).allMatch(list -> list.size() == 1);
    assertThat(lab.dots).doesNotHaveDuplicates().hasSameSizeAs(asked);
    OutcomeRecorded last =
        OutcomeRecorded.parseFrom(
            outcomes.getOrDefault(asked.getLast(), List.of()).getFirst().value());
    assertThat(last.getOwner().getEra()).isEqualTo(era);
    assertThat(second.counts().laterOwners.count()).isZero();
    assertThat(second.counts().takerWaits.count()).isEqualTo(2);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> lab.position(1).next() > lab.offset(asked.getLast()));
    assertThat(lab.position(1).era()).isEqualTo(era);
  }

  @Test
  void mailThatWasOpenGoesOnAndWhatWasDeliveredDoesNotGoAgain() throws Exception {
    List<String> asked = openMailOfADeletedGroup();
    asked.addAll(lab.ask(1, 5));

    Map<Integer, DeliveryPosition> positions = DeliveryEra.begin(lab.settings());

    int era = Objects.requireNonNull(positions.get(1)).era();
    assertThat(era).isPositive();
    eachComesOnce(asked, era);
  }

  @Test
  void whereTheLogsStartIsGoneTheChainIsFound() throws Exception {
    List<String> old = lab.ask(1, 5);
    try (ReaderLab.Running first = lab.reader()) {
      lab.awaitOutcomes(old);
      assertThat(first.reader().assigned()).isEqualTo(ReaderLab.PARTITIONS);
    }
    lab.dots.clear();
    List<String> asked = openMailOfADeletedGroup();
    try (Admin admin = Admin.create(lab.settings().admin())) {
      TopicPartition partition = new TopicPartition(Topics.MAIL_DELIVERIES, 1);
      admin
          .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(lab.offset(old.getLast()))))
          .all()
          .get();
    }
    asked.addAll(lab.ask(1, 5));

    Map<Integer, DeliveryPosition> positions = DeliveryEra.begin(lab.settings());

    DeliveryPosition position = Objects.requireNonNull(positions.get(1));
    assertThat(position.next()).isEqualTo(lab.offset(old.getLast()));
    eachComesOnce(asked, position.era());
  }
}
