package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.policy.LogLab;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processor's life as Kafka Streams leads it. */
class SchedulerProcessorTest {
  @TempDir Path folder = Path.of("");
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SchedulerProcessor processor =
      new SchedulerProcessor(
          ScheduleTimes.DEFAULT,
          new SchedulerMetrics(registry),
          new OutcomesProgress(),
          now -> now);
  private MockProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, byte[]> schedule;
  private KeyValueStore<String, byte[]> marks;

  @BeforeEach
  void open() {
    context =
        new MockProcessorContext<>(
            StreamsSettings.of(LogLab.settings("localhost:9"), Deployment.singleNode(1), folder),
            new TaskId(0, 0),
            folder.toFile());
    context.setCurrentSystemTimeMs(0);
    schedule = store(SchedulerTopology.SCHEDULE, Serdes.String());
    marks = store(SchedulerTopology.MARKS, Serdes.String());
    store(SchedulerTopology.DUE, Serdes.Bytes());
  }

  private <K> KeyValueStore<K, byte[]> store(String name, Serde<K> keys) {
    KeyValueStore<K, byte[]> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), keys, Serdes.ByteArray())
            .withLoggingDisabled()
            .withCachingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    return store;
  }

  private List<CapturedPunctuator> running() {
    return context.scheduledPunctuators().stream().filter(p -> !p.cancelled()).toList();
  }

  /** Streams cancels no punctuation of a task that it closes and revives. */
  @Test
  void aTaskThatIsClosedLeavesNoPunctuation() {
    processor.init(context);
    assertThat(running()).hasSize(1);
    processor.close();
    assertThat(running()).isEmpty();
  }

  /** Each punctuation is a transaction, ten a second in each partition, for nothing. */
  @Test
  void whileNothingIsDueSoonItLooksSeldom() {
    Duration due = Duration.ofHours(1);
    put(due);
    processor.init(context);
    punctuate(0);
    assertThat(running()).singleElement().satisfies(each(SchedulerProcessor.RARELY));
    punctuate(due.minus(SchedulerProcessor.RARELY).toMillis());
    assertThat(running()).singleElement().satisfies(each(SchedulerProcessor.SELDOM));
    punctuate(due.minus(SchedulerProcessor.SELDOM).toMillis());
    assertThat(running()).singleElement().satisfies(each(SchedulerProcessor.BETWEEN));
    processor.close();
    assertThat(running()).isEmpty();
  }

  private void put(Duration due) {
    schedule.put(
        QueueId.next(0) + "/0",
        ScheduleEntry.newBuilder()
            .setState(ScheduleState.WAITING)
            .setDueMillis(due.toMillis())
            .build()
            .toByteArray());
  }

  private void punctuate(long now) {
    running().getFirst().getPunctuator().punctuate(now);
  }

  private static ThrowingConsumer<CapturedPunctuator> each(Duration interval) {
    return p -> assertThat(p.getInterval()).isEqualTo(interval);
  }

  @Test
  void alsoOneThatHasNotComeToTheEndOfItsIndex() {
    for (int i = 0; i < 12_000; i++) {
      schedule.put(
          QueueId.next(0) + "/0",
          ScheduleEntry.newBuilder()
              .setState(ScheduleState.WAITING)
              .setDueMillis(Long.MAX_VALUE / 2)
              .build()
              .toByteArray());
    }
    processor.init(context);
    assertThat(running()).as("one takes up, one builds").hasSize(2);
    List<CapturedPunctuator> second = running();
    int rounds = 0;
    while (running().size() > 1) {
      assertThat(rounds++).isLessThan(1_000);
      second.forEach(p -> p.getPunctuator().punctuate(1));
    }
    assertThat(registry.get("postern.scheduler.entries").tag("state", "waiting").gauge().value())
        .isEqualTo(12_000);
  }

  @Test
  void theOwnerInForceComesWithTheRestoredMarks() {
    marks.put("owner", SchedulerLab.bytes("2.5.1"));
    processor.init(context);
    while (running().size() > 1) { // the index is built
      running().forEach(p -> p.getPunctuator().punctuate(1));
    }
    receive("2.5.1");
    assertThat(undecidable()).as("skipped unparsed").isZero();
    receive("2.4.9");
    assertThat(undecidable()).as("a former owner's is parsed").isEqualTo(1);
    processor.close();
  }

  private double undecidable() {
    return registry.get("postern.scheduler.undecidable").counter().count();
  }

  private void receive(String ofFinal) {
    context.setRecordMetadata(Topics.MAIL_OUTCOMES, 0, 0);
    RecordHeaders headers = new RecordHeaders();
    headers.add(Headers.FINAL, SchedulerLab.bytes(ofFinal));
    processor.process(
        new Record<>(
            SchedulerLab.bytes(QueueId.next(0).value()), new byte[] {1, 2, 3}, 0, headers));
  }
}
