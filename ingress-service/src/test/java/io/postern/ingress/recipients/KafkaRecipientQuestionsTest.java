package io.postern.ingress.recipients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.contracts.v1.RemoteReply;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.topics.TopicsSetup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KafkaRecipientQuestionsTest extends RecipientQuestionsContract {
  private static final List<RecipientQuestion> QUESTIONS = new CopyOnWriteArrayList<>();
  private static final AnswerTimes TIMES =
      new AnswerTimes(
          Duration.ofHours(24), Duration.ofHours(4), Duration.ofHours(1), Duration.ofHours(1));

  private static LogSettings log;
  private static LossySender sender;
  private static TopicFollower answers;
  private static KafkaRecipientQuestions questions;
  private static TopicFollower reader;
  private static KafkaProducer<String, byte[]> producer;

  @BeforeAll
  static void start() throws Exception {
    log = new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(2));
    sender = new LossySender(log);
    answers = answers();
    questions = replica(answers, LONG);
    reader = new TopicFollower(log, Topics.RECIPIENT_QUESTIONS, new Questions());
    reader.start();
    producer = new KafkaProducer<>(log.questioner());
  }

  private static KafkaRecipientQuestions replica(TopicFollower answers, Duration patience) {
    KafkaRecipientQuestions replica =
        new KafkaRecipientQuestions(
            answers, sender, patience, TIMES, 1 << 20, new SimpleMeterRegistry());
    replica.start();
    answers.start();
    return replica;
  }

  private static TopicFollower answers() {
    return new TopicFollower(log, "answers");
  }

  @AfterAll
  static void stop() {
    answers.close();
    sender.close();
    reader.close();
    producer.close();
  }

  private static final class Questions implements TopicFollower.View {
    @Override
    public void begin() {
      QUESTIONS.clear();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      try {
        QUESTIONS.add(RecipientQuestion.parseFrom(record.value()));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void complete() {}
  }

  @Override
  RecipientQuestions questions() {
    return questions;
  }

  @Override
  void answer(Mailbox mailbox, Existence existence) throws Exception {
    answer(mailbox, existence, mailbox.routingVersion());
  }

  private static void answer(Mailbox mailbox, Existence existence, long version) throws Exception {
    RecipientAnswer answer =
        RecipientAnswer.newBuilder()
            .setAddress(mailbox.address())
            .setDomain(mailbox.domain())
            .setExistence(RecipientExistence.valueOf("RECIPIENT_" + existence))
            .setRoutingVersion(version)
            .setReply(RemoteReply.newBuilder().setCode(550).setEnhancedCode("5.1.1").setText("no"))
            .build();
    write(mailbox.address(), answer.toByteArray());
  }

  private static void write(String address, byte[] value) throws Exception {
    producer.send(new ProducerRecord<>(Topics.RECIPIENT_ANSWERS, address, value)).get();
  }

  @Override
  long asked(String address) {
    return QUESTIONS.stream().filter(q -> q.getAddress().equals(address)).count();
  }

  private static void awaitKnown(RecipientQuestions of, Mailbox mailbox, Existence existence) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              RecipientQuestions.Answer known = of.known(mailbox);
              assertThat(known).isNotNull();
              assertThat(known.existence()).isEqualTo(existence);
            });
  }

  @Test
  void aQuestionSaysHowLongItsAskerWaits() {
    Mailbox mailbox = mailbox("long", "deadline.example");
    questions.ask(mailbox);
    await().atMost(LONG).until(() -> asked(mailbox.address()) == 1);
    RecipientQuestion question =
        QUESTIONS.stream()
            .filter(q -> q.getAddress().equals(mailbox.address()))
            .findFirst()
            .orElseThrow();
    assertThat(question.getDomain()).isEqualTo("deadline.example");
    assertThat(question.getDeadlineMillis() - question.getAskedAtMillis())
        .isEqualTo(LONG.toMillis());
  }

  @Test
  void oneReplicasQuestionAnswersAllAlsoThoseThatStartLater() throws Exception {
    Mailbox ann = mailbox("ann", "replicas.example");
    Mailbox nobody = mailbox("nobody", "replicas.example");
    Mailbox unknown = mailbox("unknown", "replicas.example");
    try (TopicFollower follower = answers()) {
      KafkaRecipientQuestions other = replica(follower, LONG);
      answer(unknown, Existence.UNKNOWN);
      answer(ann, Existence.EXISTS);
      answer(nobody, Existence.MISSING);
      awaitKnown(questions, ann, Existence.EXISTS);
      awaitKnown(other, nobody, Existence.MISSING);
    }
    try (TopicFollower follower = answers()) {
      KafkaRecipientQuestions later = replica(follower, LONG);
      awaitKnown(later, ann, Existence.EXISTS);
      awaitKnown(later, nobody, Existence.MISSING);
      assertThat(requireNonNull(later.known(nobody)).detail())
          .isEqualTo("the mailbox host replied 550 5.1.1 no");
    }
  }

  @Test
  void whatARouteSaidOfAMissingMailboxIsVoidWhenItIsChanged() throws Exception {
    Mailbox mailbox = mailbox("moved", "changed.example");
    answer(mailbox, Existence.MISSING);
    awaitKnown(questions, mailbox, Existence.MISSING);
    Mailbox changed = new Mailbox(mailbox.address(), mailbox.domain(), 8);
    assertThat(questions.known(changed)).isNull();
    answer(mailbox, Existence.EXISTS, 8);
    awaitKnown(questions, changed, Existence.EXISTS);
  }

  @Test
  void aDomainThatNobodyAnswersMakesTheNextOnesWaitNoMore() {
    try (TopicFollower follower = answers()) {
      KafkaRecipientQuestions impatient = replica(follower, SHORT);
      assertThat(impatient.answer(mailbox("a", "dead.example"), SHORT).existence())
          .isEqualTo(Existence.UNKNOWN);
      // By the text alone: it did not wait.
      assertThat(impatient.answer(mailbox("b", "dead.example"), SHORT).detail())
          .contains("for some seconds");
      assertThat(impatient.answer(mailbox("b", "other.example"), SHORT).detail())
          .isEqualTo("no response in time");
    }
  }

  @Test
  void nonsenseInTheTopicIsNobodysAnswer() throws Exception {
    write("x@nonsense.example", new byte[] {1, 2, 3});
    Mailbox mailbox = mailbox("ann", "nonsense.example");
    answer(mailbox, Existence.EXISTS);
    awaitKnown(questions, mailbox, Existence.EXISTS);
  }

  @Test
  void aLogThatIsAwayMakesAMailboxUnknownInBoundedTime() {
    LogSettings away = new LogSettings(Map.of("bootstrap.servers", "127.0.0.1:1"));
    try (LossySender own = new LossySender(away);
        TopicFollower follower = new TopicFollower(away, "answers")) {
      KafkaRecipientQuestions alone =
          new KafkaRecipientQuestions(
              follower, own, LONG, TIMES, 1 << 20, new SimpleMeterRegistry());
      Mailbox mailbox = mailbox("ann", "away.example");
      assertThat(alone.answer(mailbox, LONG).existence()).isEqualTo(Existence.UNKNOWN);
      alone.start();
      long began = System.nanoTime();
      assertThat(alone.answer(mailbox, LONG).detail()).contains("could not be sent");
      assertThat(System.nanoTime() - began).isLessThan(LONG.toNanos() / 2);
    }
  }
}
