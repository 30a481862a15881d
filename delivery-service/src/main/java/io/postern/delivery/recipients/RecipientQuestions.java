package io.postern.delivery.recipients;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.rules.Directory;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The part of the service that says whether mailboxes exist. Best effort, and apart from
 * deliveries: with threads, connections and limits of its own. Any thread.
 */
public final class RecipientQuestions implements AutoCloseable {
  private final AnswerPublisher answers;
  private final QuestionReader reader;
  private volatile boolean closed;

  /**
   * @param perMinute see {@link DomainQuestions}
   */
  public RecipientQuestions(
      LogSettings log,
      Supplier<Optional<Directory>> directory,
      MailboxHosts hosts,
      int perMinute,
      MeterRegistry registry) {
    LogClock clock = new LogClock(InstantSource.system());
    answers = new AnswerPublisher(log, clock, registry);
    RecipientProbe probe = new RecipientProbe(directory, hosts, () -> !closed);
    DomainQuestions questions =
        new DomainQuestions(
            probe::ask, answers::publish, answers::unknown, perMinute, System::nanoTime, registry);
    reader = new QuestionReader(log, clock, questions::add, answers, registry);
    registry.gauge("postern.delivery.recipient.waiting", questions, DomainQuestions::waiting);
  }

  /** Begins to read, once; the topics exist. Does not wait. */
  public void start() {
    reader.start();
  }

  @Override
  public void close() {
    closed = true;
    reader.close();
    answers.close();
  }
}
