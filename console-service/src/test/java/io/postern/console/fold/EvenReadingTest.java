package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Topics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class EvenReadingTest {
  private static final TopicPartition ACCEPTED = new TopicPartition(Topics.MAIL_ACCEPTED, 0);
  private static final TopicPartition OUTCOMES = new TopicPartition(Topics.MAIL_OUTCOMES, 0);
  private static final TopicPartition DIRECTORY = new TopicPartition(Topics.DIRECTORY, 0);

  private final MockConsumer<String, byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
  private final EvenReading even = new EvenReading(consumer);

  private void backlog() {
    List<TopicPartition> all = List.of(ACCEPTED, OUTCOMES, DIRECTORY);
    consumer.assign(all);
    all.forEach(partition -> consumer.seek(partition, 1));
    even.ends(Map.of(ACCEPTED, 100L, OUTCOMES, 100L, DIRECTORY, 100L));
  }

  @Test
  void aPartitionThatIsAheadWaitsForTheOthers() {
    backlog();
    even.read(ACCEPTED, 10_000);
    even.read(OUTCOMES, 20_000);
    even.balance();
    assertThat(consumer.paused()).containsExactly(OUTCOMES);

    even.read(ACCEPTED, 19_500);
    even.balance();
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void theDirectoryNeitherWaitsNorIsWaitedFor() {
    backlog();
    even.read(ACCEPTED, 10_000);
    even.read(OUTCOMES, 10_000);
    even.read(DIRECTORY, 90_000);
    even.balance();
    assertThat(consumer.paused()).isEmpty();

    even.read(DIRECTORY, 1_000);
    even.balance();
    assertThat(consumer.paused()).isEmpty();
  }
}
