package io.postern.delivery.recipients;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * The reader of recipients.questions, as a member of a group: one replica has all questions about a
 * domain. At most once: the position is committed before the work, so that no old backlog delays a
 * fresh question; unanswered is unknown. A question whose asker has given up is skipped, by the
 * log's clock (docs/decisions/0027). It never waits for a host. Owner: its thread.
 */
public final class QuestionReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(2); // a record ends it at once

  private final LogClock clock;
  private final Consumer<Asked> questions;
  private final AnswerPublisher answers;
  private final OccasionalLog log = new OccasionalLog(QuestionReader.class);
  private final ConsumerThread thread;
  private final Counter asked;
  private final Counter expired;

  QuestionReader(
      LogSettings settings,
      LogClock clock,
      Consumer<Asked> questions,
      AnswerPublisher answers,
      MeterRegistry registry) {
    this.clock = clock;
    this.questions = questions;
    this.answers = answers;
    asked = registry.counter("postern.delivery.recipient.questions", "result", "asked");
    expired = registry.counter("postern.delivery.recipient.questions", "result", "expired");
    Properties properties = settings.consumer(ConsumerGroups.DELIVERY_RECIPIENTS);
    // Questions are kept for an hour: after a longer rest the position is gone, and nobody waits.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    thread =
        new ConsumerThread(
            "recipient-questions",
            () -> new KafkaConsumer<>(properties),
            Topics.RECIPIENT_QUESTIONS + " cannot be read",
            log,
            this::begin);
  }

  void start() {
    thread.start();
  }

  private ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
    consumer.subscribe(List.of(Topics.RECIPIENT_QUESTIONS));
    return () -> turn(consumer);
  }

  private void turn(KafkaConsumer<String, byte[]> consumer) {
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    if (!records.isEmpty()) {
      consumer.commitAsync();
      records.forEach(this::take);
    }
  }

  void take(ConsumerRecord<String, byte[]> record) {
    RecipientQuestion question;
    try {
      question = RecipientQuestion.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      log.warn("a question about a recipient at offset " + record.offset() + " cannot be read", e);
      return;
    }
    long left = record.timestamp() + Asked.patienceMillis(question) - clock.millis();
    if (left <= 0) {
      expired.increment();
      if (clock.mayBeWrong()) { // a record of ours corrects it
        answers.unknown(question.getAddress(), question.getDomain(), "the question came too late");
      }
      return;
    }
    asked.increment();
    questions.accept(
        new Asked(
            question.getAddress(), question.getDomain(), System.nanoTime() + left * 1_000_000));
  }

  @Override
  public void close() {
    thread.close();
  }
}
