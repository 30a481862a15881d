package io.postern.e2e.kills;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Which messages of a run {@code mail.accepted} has, told by their Message-ID; DSNs apart. What was
 * accepted is read once, each further look reads what is new. Owner: one thread.
 */
final class AcceptedMail {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Pattern MESSAGE_ID = Pattern.compile("<?(\\d+)@(.+)\\.kills>?");

  private final Map<String, String> client;
  private final String organization;
  private final Map<String, Integer> seqs = new HashMap<>();
  private final Map<Integer, List<String>> queueIds = new HashMap<>();
  private final Map<String, List<String>> dsns = new HashMap<>();
  private final Set<String> others = new HashSet<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  AcceptedMail(Map<String, String> client, String organization) {
    this.client = client;
    this.organization = organization;
  }

  /** Reads on to the end as it is now. */
  void read() {
    Properties settings = new Properties();
    settings.putAll(client);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.MAIL_ACCEPTED).stream()
              .map(partition -> new TopicPartition(Topics.MAIL_ACCEPTED, partition.partition()))
              .toList();
      consumer.assign(partitions);
      partitions.forEach(
          partition -> consumer.seek(partition, positions.getOrDefault(partition, 0L)));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long limit = System.nanoTime() + LIMIT.toNanos();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        if (System.nanoTime() - limit > 0) {
          throw new IllegalStateException("the end of mail.accepted was not reached");
        }
        consumer.poll(Duration.ofMillis(200)).forEach(this::add);
      }
      partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
    }
  }

  private void add(ConsumerRecord<String, byte[]> read) {
    try {
      MessageAccepted message = MessageAccepted.parseFrom(read.value());
      if (!message.getCauseQueueId().isEmpty()) {
        dsns.computeIfAbsent(message.getCauseQueueId(), any -> new ArrayList<>())
            .add(message.getQueueId());
        if (others.contains(message.getCauseQueueId())) {
          others.add(message.getQueueId());
        }
        return;
      }
      Matcher id = MESSAGE_ID.matcher(message.getMessageId());
      if (id.matches() && id.group(2).equals(organization)) {
        int seq = Integer.parseInt(id.group(1));
        seqs.put(message.getQueueId(), seq);
        queueIds.computeIfAbsent(seq, any -> new ArrayList<>(1)).add(message.getQueueId());
      } else {
        others.add(message.getQueueId());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "unreadable record in " + read.topic() + "-" + read.partition() + " at " + read.offset(),
          e);
    }
  }

  boolean has(String queueId) {
    return seqs.containsKey(queueId);
  }

  /** It is of another run over the same log, or about mail of it. */
  boolean isOthers(String queueId) {
    return others.contains(queueId);
  }

  /** -1: no message of the load. */
  int seq(String queueId) {
    return seqs.getOrDefault(queueId, -1);
  }

  Map<String, Integer> seqs() {
    return seqs;
  }

  List<String> queueIds(int seq) {
    return queueIds.getOrDefault(seq, List.of());
  }

  /** DSNs about a message. */
  List<String> dsnsAbout(String queueId) {
    return dsns.getOrDefault(queueId, List.of());
  }
}
