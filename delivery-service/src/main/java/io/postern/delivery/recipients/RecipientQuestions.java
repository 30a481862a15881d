package io.postern.delivery.recipients;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.asking.QuestionReader;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The part of the service that says whether mailboxes exist. Best effort, and apart from
 * deliveries: with threads, connections and limits of its own. One replica has all questions about
 * a domain. An answer that is lost is unknown to its asker. Any thread.
 */
public final class RecipientQuestions implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final LossySender answers;
  private final MeterRegistry registry;
  private final DomainQuestions questions;
  private final QuestionReader<RecipientQuestion> reader;
  private final Counter asked;
  private final Counter expired;
  private volatile boolean closed;

  /**
   * @param perMinute see {@link DomainQuestions}
   */
  public RecipientQuestions(
      LogSettings log,
      LossySender answers,
      Supplier<Optional<Directory>> directory,
      MailboxQuestion.Hosts hosts,
      int perMinute,
      MeterRegistry registry) {
    this.answers = answers;
    this.registry = registry;
    asked = registry.counter("postern.delivery.recipient.questions", "result", "asked");
    expired = registry.counter("postern.delivery.recipient.questions", "result", "expired");
    RecipientProbe probe = new RecipientProbe(directory, hosts, () -> !closed);
    questions =
        new DomainQuestions(
            probe::ask, this::publish, this::unknown, perMinute, System::nanoTime, registry);
    reader =
        new QuestionReader<>(
            log,
            ConsumerGroups.DELIVERY_RECIPIENTS,
            Topics.RECIPIENT_QUESTIONS,
            RecipientQuestion.parser(),
            answers.clock(),
            new QuestionReader.Answering<>(
                LONGEST,
                RecipientQuestion::getAskedAtMillis,
                RecipientQuestion::getDeadlineMillis,
                this::taken,
                this::expired));
    registry.gauge("postern.delivery.recipient.waiting", questions, DomainQuestions::waiting);
  }

  /** Begins to read, once; the topics exist. Does not wait. */
  public void start() {
    reader.start();
  }

  private void taken(RecipientQuestion question, long leftMillis) {
    asked.increment();
    questions.add(
        new QueuedQuestion(
            question.getAddress(),
            question.getDomain(),
            System.nanoTime() + leftMillis * 1_000_000));
  }

  private void expired(RecipientQuestion question) {
    expired.increment();
    if (answers.clock().mayBeWrong()) { // a record of ours corrects it
      unknown(question.getAddress(), question.getDomain(), "the recipient check arrived too late");
    }
  }

  private void unknown(String address, String domain, String why) {
    publish(RecipientProbe.unknown(domain, address, 0, why));
  }

  private void publish(RecipientAnswer answer) {
    String existence = answer.getExistence().name().toLowerCase(Locale.ROOT);
    registry
        .counter(
            "postern.delivery.recipient.answers",
            "existence",
            existence.substring("recipient_".length()))
        .increment();
    answers.send(Topics.RECIPIENT_ANSWERS, answer.getAddress(), answer);
  }

  @Override
  public void close() {
    closed = true;
    reader.close();
  }
}
