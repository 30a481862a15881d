package io.postern.policy.scheduler;

import io.postern.contracts.Topics;
import io.postern.log.ReadableLevel;
import io.postern.log.TrustedClock;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology of the scheduler in Kafka Streams: one processor with its stores, between {@code
 * mail.outcomes}, {@code mail.controls} and the topics that it writes. Records are bytes, which the
 * processor parses (docs/design/the-log.md, "Producers and readers").
 */
final class SchedulerTopology {
  static final String SCHEDULE = "schedule";
  static final String MARKS = "marks";
  static final String DUE = "due";
  static final String TO_DUE = "to-due";
  static final String TO_NOTICES = "to-notices";
  static final String TO_OUTCOMES = "to-outcomes";

  private static final String SOURCE = "outcomes-and-controls";
  private static final String SCHEDULER = "scheduler";

  private SchedulerTopology() {}

  static Topology of(ScheduleTimes times, SchedulerMetrics metrics, OutcomesProgress outcomes) {
    return of(
        times,
        metrics,
        outcomes,
        SchedulerTopology::trusted,
        RestoredStore::supplier,
        Stores::persistentKeyValueStore);
  }

  /** A task's own reading is 0 until Streams has looked at the clock for it: that is no jump. */
  static long trusted(long reading) {
    TrustedClock clock = TrustedClock.ofTheMachine();
    return reading == 0 ? clock.millis() : clock.trusted(reading);
  }

  /**
   * @param outcomes the progress of reading, to which each task reports
   * @param clock the time in place of a reading of the wall clock
   * @param restored makes the store that is read from its changelog, and may be larger than memory
   * @param derived makes the one that has none. While one store is persistent to Streams it keeps
   *     others out of the folder, and its id, by which a killed predecessor's transaction is ended
   */
  static Topology of(
      ScheduleTimes times,
      SchedulerMetrics metrics,
      OutcomesProgress outcomes,
      LongUnaryOperator clock,
      Function<String, KeyValueBytesStoreSupplier> restored,
      Function<String, KeyValueBytesStoreSupplier> derived) {
    ByteArrayDeserializer read = new ByteArrayDeserializer();
    ByteArrayDeserializer readable = new ReadableLevel(); // what it refuses ends the thread
    ByteArraySerializer write = new ByteArraySerializer();
    Topology topology = new Topology();
    topology.addSource(
        AutoOffsetReset.none(), // a position that is lost is an alarm
        SOURCE,
        // The log's times are never negative; if one were, its record would be dropped.
        (record, partitionTime) -> Math.max(0, record.timestamp()),
        read,
        readable,
        Topics.MAIL_OUTCOMES,
        Topics.MAIL_CONTROLS);
    topology.addProcessor(
        SCHEDULER, () -> new SchedulerProcessor(times, metrics, outcomes, clock), SOURCE);
    topology.addStateStore(
        Stores.keyValueStoreBuilder(restored.apply(SCHEDULE), Serdes.String(), Serdes.ByteArray())
            .withLoggingEnabled(Map.of())
            .withCachingDisabled(),
        SCHEDULER);
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(MARKS), Serdes.String(), Serdes.ByteArray())
            .withLoggingEnabled(Map.of())
            .withCachingDisabled(),
        SCHEDULER);
    topology.addStateStore(
        Stores.keyValueStoreBuilder(derived.apply(DUE), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .withCachingDisabled(),
        SCHEDULER);
    HomePartition home = new HomePartition();
    topology.addSink(TO_DUE, Topics.MAIL_DUE, write, write, home, SCHEDULER);
    topology.addSink(TO_NOTICES, Topics.MAIL_NOTICES, write, write, home, SCHEDULER);
    topology.addSink(TO_OUTCOMES, Topics.MAIL_SCHEDULE_OUTCOMES, write, write, home, SCHEDULER);
    return topology;
  }
}
