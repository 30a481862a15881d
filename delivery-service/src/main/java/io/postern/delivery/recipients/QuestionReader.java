package io.postern.delivery.recipients;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.delivery.requests.RequestReader;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The reader of recipients.questions: one replica has all questions about a domain. A question
 * whose asker has given up is skipped, by the log's clock (docs/decisions/0027). Owner: its {@link
 * RequestReader}'s thread.
 */
public final class QuestionReader implements AutoCloseable {
  private final LogClock clock;
  private final Consumer<Asked> questions;
  private final AnswerPublisher answers;
  private final RequestReader requests;
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
    requests =
        new RequestReader(
            settings, ConsumerGroups.DELIVERY_RECIPIENTS, Topics.RECIPIENT_QUESTIONS, this::take);
  }

  void start() {
    requests.start();
  }

  void take(ConsumerRecord<String, byte[]> record) throws InvalidProtocolBufferException {
    RecipientQuestion question = RecipientQuestion.parseFrom(record.value());
    long left = record.timestamp() + Asked.patienceMillis(question) - clock.millis();
    if (left <= 0) {
      expired.increment();
      if (clock.mayBeWrong()) { // a record of ours corrects it
        answers.unknown(
            question.getAddress(), question.getDomain(), "the recipient check arrived too late");
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
    requests.close();
  }
}
