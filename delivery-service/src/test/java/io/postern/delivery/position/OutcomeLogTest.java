package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.lab.KafkaBroker;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.TopicsSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions against a real broker, and the headers of outcomes. */
class OutcomeLogTest {
  private static final Map<TopicPartition, OffsetAndMetadata> POSITION =
      Map.of(new TopicPartition(Topics.MAIL_DELIVERIES, 0), new OffsetAndMetadata(0, "1o"));

  @Test
  void whoIsNoMemberAnyMoreCommitsNothingAndTheAbortLosesNothing(@TempDir Path folder)
      throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder, more -> {})) {
      LogSettings settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
      TopicsSetup.createOrVerify(settings, Deployment.singleNode(1));
      try (OutcomeLog log = new OutcomeLog(settings, new OccasionalLog(OutcomeLogTest.class))) {
        log.rebuild();
        OutcomeRecorded outcome = outcome(1, OutcomeKind.DELIVERED).build();
        ConsumerGroupMetadata fenced =
            new ConsumerGroupMetadata(ConsumerGroups.DELIVERY, 7, "nobody", Optional.empty());
        assertThat(log.commit(List.of(outcome), POSITION, fenced))
            .isEqualTo(OutcomeLog.End.ABORTED);
        assertThat(log.usable()).isTrue();
        assertThat(
                log.commit(
                    List.of(outcome), POSITION, new ConsumerGroupMetadata(ConsumerGroups.DELIVERY)))
            .isEqualTo(OutcomeLog.End.COMMITTED);
        assertThat(log.commit(List.of(outcome), Map.of(), null))
            .as("a late one, by who is no member")
            .isEqualTo(OutcomeLog.End.COMMITTED);
        assertThat(read(settings)).hasSize(2).allMatch(r -> r.key().equals(outcome.getQueueId()));
      }
    }
  }

  private static List<ConsumerRecord<String, byte[]>> read(LogSettings settings) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader(true))) {
      List<TopicPartition> partitions = List.of(new TopicPartition(Topics.MAIL_OUTCOMES, 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(300)).forEach(records::add);
                return records.size() >= 2;
              });
      consumer.poll(Duration.ofMillis(300)).forEach(records::add);
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
    assertThat(OutcomeLog.record(outcome.build()).headers().lastHeader(Headers.FINAL) != null)
        .isEqualTo(last);
  }

  private static OutcomeRecorded.Builder outcome(int attempt, OutcomeKind kind) {
    return OutcomeRecorded.newBuilder()
        .setQueueId(QueueId.next(0).toString())
        .setAttempt(attempt)
        .addRecipients(RecipientOutcome.newBuilder().setKind(kind));
  }
}
