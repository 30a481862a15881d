package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.Headers;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.topics.TopicsSetup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log's answers to sends, by a real broker and one that fails; headers of outcomes. */
class OutcomeLogTest {
  @Test
  void outcomesAreAcknowledgedInOrderWithTheirOffsets() throws Exception {
    LogSettings settings =
        new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(1));
    try (OutcomeLog log = new OutcomeLog(settings, new OccasionalLog(OutcomeLogTest.class))) {
      assertThat(log.usable()).isFalse();
      log.renew();
      log.send(OutcomeRecords.taken(0, new Owner(0, 3, 1), false), "taken");
      for (int i = 1; i < 20; i++) {
        log.send(OutcomeRecords.of(outcome(1, OutcomeKind.DELIVERED).build()), i);
      }
      List<OutcomeLog.Result> results = results(log, 20);
      for (int i = 0; i < 20; i++) {
        assertThat(results.get(i)).isEqualTo(new OutcomeLog.Result(i == 0 ? "taken" : i, i));
      }
      List<ConsumerRecord<String, byte[]>> records = read(settings, 20);
      OutcomeRecorded marker = OutcomeRecorded.parseFrom(records.getFirst().value());
      assertThat(marker.getPartitionTaken()).isTrue();
      assertThat(Owner.of(marker.getOwner())).isEqualTo(new Owner(0, 3, 1));
      assertThat(records.getFirst().key()).isNull();
    }
  }

  /** The client would let the next batch follow one that expired and may still come. */
  @Test
  void theFirstFailureEndsTheProducerAndNothingFollowsIt() {
    List<MockProducer<String, byte[]>> made = new ArrayList<>();
    OutcomeLog log =
        new OutcomeLog(
            () -> {
              made.add(
                  new MockProducer<>(
                      false, null, new StringSerializer(), new ByteArraySerializer()));
              return made.getLast();
            },
            new OccasionalLog(OutcomeLogTest.class));
    log.renew();
    log.send(OutcomeRecords.of(outcome(1, OutcomeKind.DELIVERED).build()), 1);
    log.send(OutcomeRecords.of(outcome(1, OutcomeKind.DELIVERED).build()), 2);
    log.send(OutcomeRecords.of(outcome(1, OutcomeKind.DELIVERED).build()), 3);
    assertThat(made.getFirst().completeNext()).isTrue();
    assertThat(made.getFirst().errorNext(new KafkaException("expired"))).isTrue();
    assertThat(made.getFirst().closed()).isTrue();
    assertThat(log.poll()).isEqualTo(new OutcomeLog.Result(1, 0));
    assertThat(log.poll()).isEqualTo(new OutcomeLog.Result(2, -1));
    assertThat(log.usable()).isFalse();
    assertThat(log.poll()).isNull();
    log.renew();
    log.send(OutcomeRecords.of(outcome(1, OutcomeKind.DELIVERED).build()), 4);
    assertThat(made.getLast().completeNext()).isTrue();
    assertThat(log.poll()).isEqualTo(new OutcomeLog.Result(4, 0));
    log.close();
  }

  private static List<OutcomeLog.Result> results(OutcomeLog log, int count) {
    List<OutcomeLog.Result> results = new ArrayList<>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              OutcomeLog.Result next = log.poll();
              if (next != null) {
                results.add(next);
              }
              return results.size() == count;
            });
    return results;
  }

  private static List<ConsumerRecord<String, byte[]>> read(LogSettings settings, int count) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader(true))) {
      List<TopicPartition> partitions = List.of(new TopicPartition(Topics.MAIL_OUTCOMES, 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(300)).forEach(records::add);
                return records.size() >= count;
              });
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource({
    "1, DELIVERED, false, false, false, true",
    "2, DELIVERED, false, false, false, false",
    "1, DEFERRED, false, false, false, false",
    "1, STILL_OPEN, false, false, false, false",
    "1, DELIVERED, true, false, false, false",
    "1, DELIVERED, false, true, false, false",
    "1, DELIVERED, false, false, true, false",
  })
  void finalIsAFirstAttemptThatDeliveredEverythingAndOwesNothing(
      int attempt, OutcomeKind kind, boolean relayed, boolean late, boolean after, boolean last) {
    OutcomeRecorded.Builder outcome = outcome(attempt, kind).setLate(late).setAfterStillOpen(after);
    outcome.getRecipientsBuilder(0).setRelayed(relayed);
    Header header = OutcomeRecords.of(outcome.build()).headers().lastHeader(Headers.FINAL);
    assertThat(header == null ? null : new String(header.value(), StandardCharsets.US_ASCII))
        .isEqualTo(last ? "0.4.2" : null);
  }

  private static OutcomeRecorded.Builder outcome(int attempt, OutcomeKind kind) {
    return OutcomeRecorded.newBuilder()
        .setQueueId(QueueId.next(0).toString())
        .setAttempt(attempt)
        .setOwner(new Owner(0, 4, 2).message())
        .addRecipients(RecipientOutcome.newBuilder().setKind(kind));
  }
}
