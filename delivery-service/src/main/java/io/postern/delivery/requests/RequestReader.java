package io.postern.delivery.requests;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * The reader of a topic of requests, as a member of a group. At most once: the position is
 * committed before the work, so that no old backlog delays a fresh request; who gets no answer
 * knows nothing. A request that cannot be read is passed over, with a line in the log. Owner: its
 * thread, on which requests are taken.
 */
public final class RequestReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(2); // a record ends it at once

  private final String topic;
  private final Taker taker;
  private final OccasionalLog log = new OccasionalLog(RequestReader.class);
  private final ConsumerThread thread;

  /** Takes a request; does not wait for a host. */
  public interface Taker {
    void take(ConsumerRecord<String, byte[]> record) throws InvalidProtocolBufferException;
  }

  public RequestReader(LogSettings settings, String group, String topic, Taker taker) {
    this.topic = topic;
    this.taker = taker;
    Properties properties = settings.consumer(group);
    // Requests are kept for an hour: after a longer rest the position is gone, and nobody waits.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    thread =
        new ConsumerThread(
            "read-" + topic,
            () -> new KafkaConsumer<>(properties),
            topic + " cannot be read",
            log,
            this::begin);
  }

  /** Begins to read. Does not wait. Once. */
  public void start() {
    thread.start();
  }

  private ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
    consumer.subscribe(List.of(topic));
    return () -> turn(consumer);
  }

  private void turn(KafkaConsumer<String, byte[]> consumer) {
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    if (!records.isEmpty()) {
      consumer.commitAsync();
      records.forEach(this::take);
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    try {
      taker.take(record);
    } catch (InvalidProtocolBufferException e) {
      log.warn(topic + " offset " + record.offset() + " cannot be read", e);
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
