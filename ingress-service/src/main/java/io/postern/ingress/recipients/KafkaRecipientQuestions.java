package io.postern.ingress.recipients;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.contracts.v1.RemoteReply;
import io.postern.ingress.recipients.KnownRecipients.Known;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Answers from delivery-service over the log. A thread of its own reads all of recipients.answers,
 * also those that other replicas asked for; callers are virtual threads.
 *
 * <p>An address has one question in flight. An answer about a mailbox that exists, when it has come
 * of age, is asked for again by its next use, for which nobody waits. A domain about which nobody
 * answers within the patience makes nobody wait for as long as "unknown" holds. Bounds: {@link
 * KnownRecipients}, {@link OpenQuestions}.
 */
public final class KafkaRecipientQuestions implements RecipientQuestions, AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int MOST_DOMAINS = 10_000;

  private final Duration patience;
  private final KnownRecipients known;
  private final OpenQuestions open;
  private final Cache<String, Boolean> silent;
  private final OccasionalLog log = new OccasionalLog(KafkaRecipientQuestions.class);
  private final KafkaProducer<String, byte[]> producer;
  private final TopicFollower follower;
  private final Counter asked;
  private final Counter beyond;
  private volatile boolean begun;

  /**
   * @param patience of one question
   * @param bytes of answers in memory
   */
  public KafkaRecipientQuestions(
      LogSettings settings,
      Duration patience,
      AnswerTimes times,
      long bytes,
      MeterRegistry registry) {
    this.patience = patience;
    known = new KnownRecipients(bytes, times, System::nanoTime);
    open = new OpenQuestions(patience.toNanos(), System::nanoTime);
    silent =
        Caffeine.newBuilder()
            .maximumSize(MOST_DOMAINS)
            .expireAfterWrite(times.unknown())
            .executor(Runnable::run)
            .build();
    producer = new KafkaProducer<>(settings.questioner());
    follower = new TopicFollower(settings, Topics.RECIPIENT_ANSWERS, new View());
    asked = registry.counter("postern.ingress.recipient.questions", "result", "asked");
    beyond = registry.counter("postern.ingress.recipient.questions", "result", "beyond");
    registry.gauge("postern.ingress.recipients.known", known, KnownRecipients::count);
    registry.gauge("postern.ingress.recipients.asked", open, OpenQuestions::count);
  }

  /** Begins to read, once; the topics exist. Does not wait. */
  public void start() {
    follower.start();
    begun = true;
  }

  @Override
  public @Nullable Answer known(Mailbox mailbox) {
    Known answer = known.get(mailbox);
    if (answer == null) {
      return null;
    }
    if (known.dueAgain(answer)) {
      ask(mailbox);
    }
    return answer.answer();
  }

  @Override
  public void ask(Mailbox mailbox) {
    var unused = enter(mailbox);
  }

  @Override
  public Answer answer(Mailbox mailbox, Duration patience) {
    long began = System.nanoTime();
    Answer already = known(mailbox);
    if (already != null) {
      return already;
    }
    OpenQuestions.Open question = enter(mailbox);
    already = known(mailbox); // it may have come before the entry
    if (already != null) {
      return already;
    }
    if (question == null) {
      return Answer.unknown("too many recipient checks at once");
    }
    if (silent.getIfPresent(mailbox.domain()) != null && !question.answer.isDone()) {
      return Answer.unknown(
          "recipient checks for this domain have had no response for some seconds");
    }
    long end = Math.min(began + patience.toNanos(), question.endNanos);
    try {
      Answer answer =
          question.answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return ofThisRoute(mailbox, answer);
    } catch (TimeoutException e) {
      if (patience.compareTo(this.patience) >= 0) {
        silent.put(mailbox.domain(), Boolean.TRUE);
      }
      return Answer.unknown("no response in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.unknown("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("none is ever completed with a failure", e);
    }
  }

  /** One by a route that was changed meanwhile is not kept, and says nothing. */
  private Answer ofThisRoute(Mailbox mailbox, Answer answer) {
    return answer.existence() == Existence.MISSING && known.get(mailbox) == null
        ? Answer.unknown("the mailbox route has been changed in the meantime")
        : answer;
  }

  /** Null: it is not asked. */
  private OpenQuestions.@Nullable Open enter(Mailbox mailbox) {
    OpenQuestions.Entry entry = begun ? open.enter(mailbox.address(), mailbox.domain()) : null;
    if (entry == null) {
      beyond.increment();
      return null;
    }
    if (entry.fresh()) {
      publish(mailbox);
    }
    return entry.open();
  }

  private void publish(Mailbox mailbox) {
    long now = System.currentTimeMillis();
    RecipientQuestion question =
        RecipientQuestion.newBuilder()
            .setAddress(mailbox.address())
            .setDomain(mailbox.domain())
            .setAskedAtMillis(now)
            .setDeadlineMillis(now + patience.toMillis())
            .build();
    asked.increment();
    try {
      // Blocks for the metadata at most, half a second.
      var unused =
          producer.send(
              new ProducerRecord<>(
                  Topics.RECIPIENT_QUESTIONS, mailbox.domain(), question.toByteArray()),
              (metadata, failure) -> {
                if (failure != null) {
                  unsent(mailbox, failure);
                }
              });
    } catch (KafkaException e) {
      unsent(mailbox, e);
    }
  }

  private void unsent(Mailbox mailbox, Exception failure) {
    log.warn("a recipient check could not be sent", failure);
    open.answered(mailbox.address(), Answer.unknown("the recipient check could not be sent"));
  }

  @Override
  public void close() {
    follower.close();
    producer.close(CLOSE);
  }

  /** Owner: the follower's thread. What is known stays while the topic is read again. */
  private final class View implements TopicFollower.View {
    private boolean complete;

    @Override
    public void begin() {
      complete = false;
    }

    @Override
    public void complete() {
      complete = true;
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      byte[] value = record.value();
      if (value == null) {
        return; // nobody's answer
      }
      try {
        take(RecipientAnswer.parseFrom(value), age(record.timestamp()));
      } catch (InvalidProtocolBufferException e) {
        // Nobody's answer: its asker goes on without one.
        log.warn("a recipient check result at offset " + record.offset() + " cannot be read", e);
      }
    }

    /** One that comes now is new, whatever the clocks say. */
    private Duration age(long stampMillis) {
      return complete
          ? Duration.ZERO
          : Duration.ofMillis(Math.max(0, System.currentTimeMillis() - stampMillis));
    }

    private void take(RecipientAnswer content, Duration age) {
      Answer answer = answer(content);
      known.put(content.getAddress(), answer, content.getRoutingVersion(), age.toNanos());
      if (complete) {
        silent.invalidate(content.getDomain());
        open.answered(content.getAddress(), answer);
      }
    }

    private static Answer answer(RecipientAnswer content) {
      return switch (content.getExistence()) {
        case RECIPIENT_EXISTS -> new Answer(Existence.EXISTS, "");
        case RECIPIENT_MISSING -> new Answer(Existence.MISSING, shown(content.getReply()));
        case RECIPIENT_UNKNOWN, RECIPIENT_EXISTENCE_UNSPECIFIED, UNRECOGNIZED ->
            Answer.unknown(content.getDetail());
      };
    }

    private static String shown(RemoteReply reply) {
      String enhanced = reply.getEnhancedCode();
      return "the mailbox host replied "
          + reply.getCode()
          + (enhanced.isEmpty() ? "" : " " + enhanced)
          + " "
          + reply.getText();
    }
  }
}
