package io.postern.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a topic from its start and then what comes, for a view that is held in memory. Owns
 * a thread, on which the records are handed over. A log that is away, or records that the view
 * refuses by an exception, make it begin again from the start after a pause, for ever.
 */
public final class TopicFollower implements AutoCloseable {
  // A record ends it at once.
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** What is made of the records; called by one thread. */
  public interface View {
    /** The topic is read from its start: what was known before comes again. */
    void begin();

    /** A value of null: the key's record was removed. */
    void take(ConsumerRecord<String, byte @Nullable []> record);

    /** All that was there when the reading began has been handed over. */
    void complete();
  }

  private final Supplier<KafkaConsumer<String, byte[]>> consumers;
  private final String topic;
  private final View view;
  private final OccasionalLog log = new OccasionalLog(TopicFollower.class);
  private final Thread thread;
  private volatile @Nullable KafkaConsumer<String, byte[]> reading;
  private volatile boolean closed;

  public TopicFollower(LogSettings settings, String topic, View view) {
    this(() -> new KafkaConsumer<>(settings.follower()), topic, view);
  }

  TopicFollower(Supplier<KafkaConsumer<String, byte[]>> consumers, String topic, View view) {
    this.consumers = consumers;
    this.topic = topic;
    this.view = view;
    this.thread = Thread.ofPlatform().daemon().name("follow-" + topic).unstarted(this::run);
  }

  /** Begins to read, once; the topic exists. Does not wait. */
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    KafkaConsumer<String, byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      if (!thread.join(CLOSE)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalThreadStateException e) {
      // never started
    }
  }

  private void run() {
    while (!closed) {
      try {
        readOn();
      } catch (WakeupException e) {
        // closed
      } catch (RuntimeException e) {
        log.warn(topic + " cannot be read, trying again", e);
        pause();
      } finally {
        reading = null;
      }
    }
  }

  // A client cannot even be made while the broker's name does not resolve.
  private void readOn() {
    KafkaConsumer<String, byte[]> consumer = consumers.get();
    try (var closing = ClosingClients.closing(consumer)) {
      reading = consumer;
      follow(consumer);
    }
  }

  private void follow(KafkaConsumer<String, byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("there is no topic " + topic);
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    view.begin();
    Map<TopicPartition, Long> ahead = new HashMap<>(consumer.endOffsets(partitions));
    boolean complete = false;
    while (!closed) {
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

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }
}
