package io.postern.operator.audit;

import com.google.protobuf.MessageLite;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Deployment;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A real broker with all topics, and the services' writes: in transactions where they have some.
 */
final class BrokerLog implements AutoCloseable {
  final KafkaBroker broker;
  final LogSettings settings;
  private final Admin admin;

  BrokerLog(Path folder, int partitions, String... jvm) throws LogUnavailableException {
    BrokerSettings small = BrokerSettings.small();
    broker =
        KafkaBroker.start(
            folder,
            (jvm.length == 0 ? small : small.withJvm(jvm))
                .with(p -> p.setProperty("log.flush.interval.messages", "1000000000")));
    settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    admin = Admin.create(settings.admin());
    // What is read does not depend on flushes, and a million records are written faster without.
    TopicsSetup.createOrVerify(settings, new Deployment(partitions, 1, 1, false));
  }

  AuditOptions options() {
    return AuditOptions.of(broker.bootstrap());
  }

  /** A producer of one writer; transactional if it has a name. */
  Writer writer(@Nullable String transactional) {
    return new Writer(transactional);
  }

  void decided(int partition, long offset) throws Exception {
    commit(
        ConsumerGroups.DECIDER,
        Topics.MAIL_ACCEPTED,
        Map.of(partition, new OffsetAndMetadata(offset)));
  }

  void delivered(int partition, DeliveryPosition position) throws Exception {
    commit(
        ConsumerGroups.DELIVERY,
        Topics.MAIL_DELIVERIES,
        Map.of(partition, new OffsetAndMetadata(position.next(), position.encode())));
  }

  /** As a tool does it that knows nothing of the metadata. */
  void positionReset(int partition, long next) throws Exception {
    commit(
        ConsumerGroups.DELIVERY,
        Topics.MAIL_DELIVERIES,
        Map.of(partition, new OffsetAndMetadata(next)));
  }

  // An ordinary commit.
  private void commit(String group, String topic, Map<Integer, OffsetAndMetadata> positions)
      throws Exception {
    admin.alterConsumerGroupOffsets(group, at(topic, positions)).all().get(30, TimeUnit.SECONDS);
  }

  private static Map<TopicPartition, OffsetAndMetadata> at(
      String topic, Map<Integer, OffsetAndMetadata> positions) {
    Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
    positions.forEach((p, position) -> all.put(new TopicPartition(topic, p), position));
    return all;
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }

  final class Writer implements AutoCloseable {
    final KafkaProducer<String, byte[]> producer;

    private Writer(@Nullable String name) {
      Properties properties = settings.producer();
      properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
      properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
      properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
      if (name != null) {
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name + UUID.randomUUID());
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 60_000);
      }
      producer = new KafkaProducer<>(properties);
      if (name != null) {
        producer.initTransactions();
      }
    }

    void send(Topic topic, int partition, String key, @Nullable MessageLite value) {
      var unused = producer.send(record(topic, partition, key, value));
    }

    /** A first attempt that delivered everything. */
    void sendFinal(int partition, String key, MessageLite value) {
      ProducerRecord<String, byte[]> record = record(Topic.OUTCOMES, partition, key, value);
      record
          .headers()
          .add(Headers.FINAL, Mail.OWNER.toString().getBytes(StandardCharsets.UTF_8))
          .add(Headers.WRITER, Headers.WRITER_DELIVERY.getBytes(StandardCharsets.UTF_8));
      var unused = producer.send(record);
    }

    private ProducerRecord<String, byte[]> record(
        Topic topic, int partition, String key, @Nullable MessageLite value) {
      return new ProducerRecord<>(
          topic.topicName(), partition, key, value == null ? null : value.toByteArray());
    }

    /** In the writer's transaction. */
    void position(String group, String topic, Map<Integer, OffsetAndMetadata> positions) {
      producer.sendOffsetsToTransaction(at(topic, positions), new ConsumerGroupMetadata(group));
    }

    void scheduled(int partition, long offset) {
      position(
          ConsumerGroups.SCHEDULER,
          Topics.MAIL_OUTCOMES,
          Map.of(partition, new OffsetAndMetadata(offset)));
    }

    @Override
    public void close() {
      producer.close();
    }
  }
}
