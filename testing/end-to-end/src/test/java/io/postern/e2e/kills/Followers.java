package io.postern.e2e.kills;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Who turns what has ended into DSNs: the scheduler reads outcomes and writes notices, the notice
 * writer reads those and writes DSNs. A recipient that has ended is in no place while one of them
 * has not come so far. Owner: one thread.
 */
final class Followers {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  private Followers() {}

  /**
   * Whether everything that was in mail.outcomes at the call has led to the DSNs that it leads to.
   * False too where the log did not say so in time.
   */
  static boolean atTheEnd(Map<String, String> client) throws InterruptedException {
    Properties settings = new Properties();
    settings.putAll(client);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (Admin admin = Admin.create(Map.copyOf(client));
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      // In this order: what the scheduler has written by now is in the notices' end.
      return atTheEnd(admin, consumer, ConsumerGroups.SCHEDULER, Topics.MAIL_OUTCOMES)
          && atTheEnd(admin, consumer, ConsumerGroups.NOTICE_WRITER, Topics.MAIL_NOTICES);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      System.out.println("kills: whether all notices are read has to wait: " + e);
      return false;
    }
  }

  /** The end first: what is before it and below the position was read. */
  private static boolean atTheEnd(
      Admin admin, KafkaConsumer<byte[], byte[]> consumer, String group, String topic)
      throws ExecutionException, TimeoutException, InterruptedException {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    // Uncommitted too, so that a transaction whose end is not told yet is waited for.
    Map<TopicPartition, ListOffsetsResultInfo> ends =
        admin
            .listOffsets(
                partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())),
                new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
            .all()
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    Map<TopicPartition, OffsetAndMetadata> positions =
        admin
            .listConsumerGroupOffsets(
                Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                new ListConsumerGroupOffsetsOptions().requireStable(true))
            .partitionsToOffsetAndMetadata(group)
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    consumer.assign(partitions);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata position = positions.get(partition);
      if (position == null) {
        return false; // it is in a transaction that is still open
      }
      consumer.seek(partition, position.offset());
    }
    // Behind a position there may be marks of transactions, which are nobody's to read.
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue().offset())) {
      if (!consumer.poll(POLL).isEmpty() || System.nanoTime() - limit > 0) {
        return false;
      }
    }
    return true;
  }
}
