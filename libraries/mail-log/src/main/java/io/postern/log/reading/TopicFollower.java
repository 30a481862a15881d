package io.postern.log.reading;

import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reader of a topic from its start and then for ever, for a view that is held in memory. Owns a
 * thread, on which the records are handed over. A log that is away, or records that the view
 * refuses by an exception, make it begin again from the start after a pause, for ever ({@link
 * ConsumerThread}).
 */
public final class TopicFollower implements AutoCloseable {
  // A record ends it at once.
  private static final Duration POLL = Duration.ofSeconds(2);

  /** View of the records; called by one thread. */
  public interface View {
    /** The topic is read from its start: records come again. */
    void begin();

    /** A value of null: the key's record was removed. */
    void take(ConsumerRecord<String, byte @Nullable []> record);

    /** All that was there when the reading began has been handed over. */
    void complete();
  }

  private final String topic;
  private final View view;
  private final OccasionalLog log = new OccasionalLog(TopicFollower.class);
  private final ConsumerThread thread;

  public TopicFollower(LogSettings settings, String topic, View view) {
    this(() -> new KafkaConsumer<>(settings.follower()), topic, view);
  }

  TopicFollower(Supplier<KafkaConsumer<String, byte[]>> consumers, String topic, View view) {
    this.topic = topic;
    this.view = view;
    this.thread =
        new ConsumerThread(
            "follow-" + topic, consumers, topic + " cannot be read", log, Reading::new);
  }

  /** Begins to read, once; the topic exists. Does not wait. */
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.close();
  }

  private final class Reading implements ConsumerThread.Session {
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<TopicPartition, Long> ahead;
    private boolean complete;

    Reading(KafkaConsumer<String, byte[]> consumer) {
      this.consumer = consumer;
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new IllegalStateException("no such topic: " + topic);
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      view.begin();
      ahead = new HashMap<>(consumer.endOffsets(partitions));
    }

    @Override
    public void turn() {
      if (!complete) {
        ahead.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (ahead.isEmpty()) {
          complete = true;
          log.over(topic + " is read");
          view.complete();
        }
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        view.take(record);
      }
    }
  }
}
