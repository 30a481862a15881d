package io.postern.log.reading;

import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reader of topics from their start and then for ever, each for a view that is held in memory. Owns
 * one thread with one consumer, on which the records of all topics are handed over: a view that
 * takes long delays the others, and a topic with many records to read does so for a few hundred of
 * them at a time. So what must not be late is followed apart from what may be slow.
 *
 * <p>Records that a view refuses by an exception make its topic begin again from the start after a
 * pause, for ever, and no other. A log that is away does that to all ({@link ConsumerThread}).
 */
public final class TopicFollower implements AutoCloseable {
  // A record ends it at once.
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** View of the records of a topic; called by one thread. */
  public interface View {
    /** The topic is read from its start: records come again. */
    void begin();

    /** A value of null: the key's record was removed. */
    void take(ConsumerRecord<String, byte @Nullable []> record);

    /** All that was there when the reading began has been handed over. */
    void complete();
  }

  private record Followed(String topic, View view) {}

  private final List<Followed> followed = new ArrayList<>(); // complete before the start
  private final OccasionalLog log = new OccasionalLog(TopicFollower.class);
  private final ConsumerThread thread;

  /**
   * Of several topics, see {@link #follow}.
   *
   * @param name of what is read, for the thread and the log
   */
  public TopicFollower(LogSettings settings, String name) {
    this(() -> new KafkaConsumer<>(settings.follower()), name);
  }

  public TopicFollower(LogSettings settings, String topic, View view) {
    this(settings, topic);
    follow(topic, view);
  }

  TopicFollower(Supplier<KafkaConsumer<String, byte[]>> consumers, String name) {
    this.thread =
        new ConsumerThread(
            "follow-" + name, consumers::get, name + " cannot be read", log, Reading::new);
  }

  /** Before the start. */
  public void follow(String topic, View view) {
    followed.add(new Followed(topic, view));
  }

  /** Begins to read, once; the topics exist. Does not wait. Without a topic it does nothing. */
  public void start() {
    if (!followed.isEmpty()) {
      thread.start();
    }
  }

  @Override
  public void close() {
    thread.close();
  }

  private final class Reading implements ConsumerThread.Session {
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicReading> topics = new ArrayList<>();

    Reading(KafkaConsumer<String, byte[]> consumer) {
      this.consumer = consumer;
      for (Followed each : followed) {
        topics.add(new TopicReading(consumer, each));
      }
      consumer.assign(topics.stream().flatMap(topic -> topic.partitions.stream()).toList());
      topics.forEach(TopicReading::begin);
    }

    @Override
    public void turn() {
      topics.forEach(TopicReading::look);
      boolean refused = topics.stream().anyMatch(topic -> topic.refused);
      ConsumerRecords<String, byte[]> records = consumer.poll(refused ? PAUSE : POLL);
      for (TopicReading topic : topics) {
        topic.take(records.records(topic.followed.topic()));
      }
    }
  }

  private final class TopicReading {
    private final KafkaConsumer<String, byte[]> consumer;
    private final Followed followed;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Long> ahead = new HashMap<>();
    private boolean complete;
    private boolean refused;
    private long refusedNanos;

    TopicReading(KafkaConsumer<String, byte[]> consumer, Followed followed) {
      this.consumer = consumer;
      this.followed = followed;
      partitions =
          consumer.partitionsFor(followed.topic()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new IllegalStateException("no such topic: " + followed.topic());
      }
    }

    void begin() {
      consumer.seekToBeginning(partitions);
      complete = false;
      ahead.putAll(consumer.endOffsets(partitions));
      hand(followed.view()::begin);
    }

    void look() {
      if (refused && System.nanoTime() - refusedNanos >= PAUSE.toNanos()) {
        refused = false;
        consumer.resume(partitions);
        begin();
      }
      if (!complete && !refused) {
        ahead.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (ahead.isEmpty()) {
          complete = true;
          log.over(followed.topic() + " is read");
          hand(followed.view()::complete);
        }
      }
    }

    void take(Iterable<ConsumerRecord<String, byte[]>> records) {
      for (ConsumerRecord<String, byte[]> record : records) {
        if (refused) {
          return;
        }
        hand(() -> followed.view().take(record));
      }
    }

    private void hand(Runnable call) {
      try {
        call.run();
      } catch (RuntimeException e) {
        log.failed(followed.topic() + " cannot be read, trying again", e);
        refused = true;
        refusedNanos = System.nanoTime();
        consumer.pause(partitions);
      }
    }
  }
}
