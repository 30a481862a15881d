package io.postern.ingress.recipients;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.contracts.v1.RemoteReply;
import io.postern.ingress.recipients.KnownRecipients.Known;
import io.postern.log.OccasionalLog;
import io.postern.log.asking.LossySender;
import io.postern.log.asking.Questions;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Answers from delivery-service over the log. A follower reads all of recipients.answers, also
 * those that other replicas asked for; callers are virtual threads.
 *
 * <p>An address has one question in flight. An answer about a mailbox that exists, when it has come
 * of age, is asked for again by its next use, for which nobody waits. A domain about which nobody
 * answers within the patience makes nobody wait for as long as "unknown" holds.
 *
 * <p>Bounds: {@link KnownRecipients}. Whoever may send to an accepted domain can fill the questions
 * in flight, by the bound of his address ({@link io.postern.ingress.bounds.SourceBound}): beyond
 * {@value #MOST_OF_DOMAIN} of a domain and {@value #MOST} in all (at 700 bytes: 7 MiB) there is no
 * further one, and a recipient whose mailbox is not known is unknown; nobody waits.
 */
public final class KafkaRecipientQuestions implements RecipientQuestions {
  private static final int MOST = 10_000;
  private static final int MOST_OF_DOMAIN = 1_000;

  private final Duration patience;
  private final KnownRecipients known;
  private final Questions<String, Answer> questions;
  private final OccasionalLog log = new OccasionalLog(KafkaRecipientQuestions.class);
  private final Counter asked;
  private final Counter beyond;
  private volatile boolean begun;

  /**
   * @param follower of the answers, which the caller starts and closes
   * @param patience of one question
   * @param bytes of answers in memory
   */
  public KafkaRecipientQuestions(
      TopicFollower follower,
      LossySender sender,
      Duration patience,
      AnswerTimes times,
      long bytes,
      MeterRegistry registry) {
    this.patience = patience;
    known = new KnownRecipients(bytes, times, System::nanoTime);
    questions =
        new Questions<>(
            new Questions.Kind(
                Topics.RECIPIENT_QUESTIONS,
                MOST,
                MOST_OF_DOMAIN,
                false,
                true,
                patience,
                times.unknown()),
            sender::send);
    follower.follow(Topics.RECIPIENT_ANSWERS, new View());
    asked = registry.counter("postern.ingress.recipient.questions", "result", "asked");
    beyond = registry.counter("postern.ingress.recipient.questions", "result", "beyond");
    registry.gauge("postern.ingress.recipients.known", known, KnownRecipients::count);
    registry.gauge("postern.ingress.recipients.asked", questions, Questions::count);
  }

  /** Questions may be sent: the topics exist. Before that, each mailbox is unknown. */
  public void start() {
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
    if (!begun || !questions.ask(question(mailbox))) {
      beyond.increment();
    }
  }

  @Override
  public Answer answer(Mailbox mailbox, Duration patience) {
    Answer already = known(mailbox);
    if (already != null) {
      return already;
    }
    if (!begun) {
      return tooMany();
    }
    try {
      Questions.Reply<Answer> reply =
          questions.await(question(mailbox), () -> known(mailbox), patience);
      Answer answer = reply.answer();
      return answer == null ? missing(reply.missing()) : ofThisRoute(mailbox, answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.unknown("interrupted");
    }
  }

  private Answer missing(Questions.@Nullable Missing why) {
    return switch (why) {
      case TOO_MANY -> tooMany();
      case SILENT_PARTNER ->
          Answer.unknown("recipient checks for this domain have had no response for some seconds");
      case NOT_SENT -> Answer.unknown("the recipient check could not be sent");
      case LATE -> Answer.unknown("no response in time");
      case null -> throw new IllegalStateException("neither an answer nor why it is missing");
    };
  }

  private Answer tooMany() {
    beyond.increment();
    return Answer.unknown("too many recipient checks at once");
  }

  /** One by a route that was changed meanwhile is not kept, and says nothing. */
  private Answer ofThisRoute(Mailbox mailbox, Answer answer) {
    return answer.existence() == Existence.MISSING && known.get(mailbox) == null
        ? Answer.unknown("the mailbox route has been changed in the meantime")
        : answer;
  }

  private Questions.Question<String> question(Mailbox mailbox) {
    return new Questions.Question<>(
        mailbox.address(), mailbox.domain(), patience, Duration.ZERO, () -> record(mailbox));
  }

  private RecipientQuestion record(Mailbox mailbox) {
    asked.increment();
    long now = System.currentTimeMillis();
    return RecipientQuestion.newBuilder()
        .setAddress(mailbox.address())
        .setDomain(mailbox.domain())
        .setAskedAtMillis(now)
        .setDeadlineMillis(now + patience.toMillis())
        .build();
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
        questions.heard(content.getDomain());
        questions.answered(content.getAddress(), answer);
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
