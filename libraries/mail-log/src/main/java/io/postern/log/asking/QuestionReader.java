package io.postern.log.asking;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * The reader of a topic of questions, as a member of a group: one replica has each. At most once:
 * the position is committed before the work, so that no old backlog delays a fresh question; who
 * gets no answer knows nothing. A question whose asker has given up is skipped, by Kafka's clock
 * (docs/decisions/0027). One that cannot be read is passed over, with a line in the log. Owner: its
 * thread, on which questions are taken.
 */
public final class QuestionReader<Q> implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(2); // a record ends it at once

  private final String topic;
  private final Parser<Q> parser;
  private final LogClock clock;
  private final Answering<Q> answering;
  private final OccasionalLog log = new OccasionalLog(QuestionReader.class);
  private final ConsumerThread thread;

  /**
   * What to do with questions. Does not wait for a host.
   *
   * @param longest that an asker waits, whatever it says
   * @param askedMillis by the asker's clock, as {@code deadlineMillis}: only the difference counts
   * @param taken a question with the milliseconds that are left of it
   * @param expired one whose asker has given up
   */
  public record Answering<Q>(
      Duration longest,
      ToLongFunction<Q> askedMillis,
      ToLongFunction<Q> deadlineMillis,
      Taker<Q> taken,
      Consumer<Q> expired) {

    private long patienceMillis(Q question) {
      return Math.clamp(
          deadlineMillis.applyAsLong(question) - askedMillis.applyAsLong(question),
          0,
          longest.toMillis());
    }
  }

  /** Takes a question. */
  public interface Taker<Q> {
    void take(Q question, long leftMillis);
  }

  public QuestionReader(
      LogSettings settings,
      String group,
      String topic,
      Parser<Q> parser,
      LogClock clock,
      Answering<Q> answering) {
    this.topic = topic;
    this.parser = parser;
    this.clock = clock;
    this.answering = answering;
    Properties properties = settings.consumer(group);
    // Questions are kept for an hour: after a longer rest the position is gone, and no asker is
    // left.
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
      Q question = parser.parseFrom(record.value());
      long left = record.timestamp() + answering.patienceMillis(question) - clock.millis();
      if (left > 0) {
        answering.taken().take(question, left);
      } else {
        answering.expired().accept(question);
      }
    } catch (InvalidProtocolBufferException e) {
      log.warn(topic + " offset " + record.offset() + " cannot be read", e);
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
