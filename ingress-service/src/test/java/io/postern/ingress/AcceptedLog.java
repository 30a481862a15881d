package io.postern.ingress;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogSettings;
import io.postern.log.content.ContentReader;
import io.postern.log.content.ContentStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** The accepted messages in the log, read as another service does. */
public final class AcceptedLog implements AutoCloseable {
  private final KafkaConsumer<String, byte[]> consumer;
  private final ContentReader contents;
  private final Map<String, MessageAccepted> messages = new LinkedHashMap<>();
  private final Map<String, Integer> partitions = new LinkedHashMap<>();

  public AcceptedLog(LogSettings settings) {
    consumer = new KafkaConsumer<>(settings.reader(true));
    contents = new ContentReader(settings);
    List<TopicPartition> all =
        consumer.partitionsFor(Topics.MAIL_ACCEPTED).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
  }

  /** All messages up to now, by queue id. */
  public Map<String, MessageAccepted> read() throws Exception {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        messages.put(record.key(), MessageAccepted.parseFrom(record.value()));
        partitions.put(record.key(), record.partition());
      }
    }
    return messages;
  }

  /** The message that a 250 named. */
  public MessageAccepted of(String reply) throws Exception {
    String id = reply.substring(reply.lastIndexOf(' ') + 1);
    MessageAccepted message = read().get(id);
    if (message == null) {
      throw new AssertionError("not in the log: " + reply);
    }
    return message;
  }

  public int partitionOf(MessageAccepted message) {
    return partitions.getOrDefault(message.getQueueId(), -1);
  }

  public byte[] content(MessageAccepted message) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (ContentStream stream = contents.open(message.getContentList())) {
      for (ByteBuffer next = stream.next(); next != null; next = stream.next()) {
        byte[] part = new byte[next.remaining()];
        next.get(part);
        all.write(part);
      }
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    consumer.close();
    contents.close();
  }
}
