package io.postern.policy.scheduler;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.policy.GroupMember;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of Kafka Streams (docs/design/the-log.md, "Producers and readers"). */
final class StreamsSettings {
  // Streams sets these itself, and complains about others.
  private static final Set<String> ITS_OWN =
      Set.of(
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.GROUP_PROTOCOL_CONFIG,
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.ISOLATION_LEVEL_CONFIG,
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

  private StreamsSettings() {}

  static Properties of(LogSettings settings, Deployment deployment, Path folder) {
    Properties properties = new Properties();
    properties.putAll(settings.client());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, ConsumerGroups.SCHEDULER);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    // Attempts go up to that much later, and an outcome of ours holds back readers so long.
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 250);
    properties.put(StreamsConfig.POLL_MS_CONFIG, 100);
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, deployment.replication());
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksMemory.class);
    properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 500);
    properties.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailedSends.class);
    // A new replica gets its share at once and restores it, instead of warming up for ten minutes.
    properties.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);

    put(properties, StreamsConfig.CONSUMER_PREFIX, settings.consumer(ConsumerGroups.SCHEDULER));
    put(properties, StreamsConfig.PRODUCER_PREFIX, settings.transactionalProducer("scheduler"));
    put(properties, StreamsConfig.ADMIN_CLIENT_PREFIX, settings.admin());
    consumer(
        properties, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, GroupMember.SESSION_TIMEOUT_MILLIS);
    consumer(properties, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    consumer(properties, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
    consumer(properties, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20);
    // Under load it skips most records: a few large answers instead of one an append.
    properties.put(
        StreamsConfig.MAIN_CONSUMER_PREFIX + ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 64 << 10);
    properties.put(
        StreamsConfig.MAIN_CONSUMER_PREFIX + ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
    consumer(properties, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 256 << 10);
    // A replica that stops hands over at once; Streams would let the others wait for the time-out.
    properties.put(StreamsConfig.MAIN_CONSUMER_PREFIX + "internal.leave.group.on.close", true);
    String restore = StreamsConfig.RESTORE_CONSUMER_PREFIX;
    properties.put(restore + ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    properties.put(StreamsConfig.PRODUCER_PREFIX + ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
    return properties;
  }

  private static void consumer(Properties properties, String key, Object value) {
    properties.put(StreamsConfig.CONSUMER_PREFIX + key, value);
  }

  private static void put(Properties properties, String prefix, Properties some) {
    some.forEach(
        (key, value) -> {
          if (!ITS_OWN.contains(key)) {
            properties.put(prefix + key, value);
          }
        });
  }
}
