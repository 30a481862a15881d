package io.postern.delivery.recipients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.contracts.v1.RecipientQuestion;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.recipients.MailboxQuestion.Answer;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.topics.TopicsSetup;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions and answers over a real log; the host is the test's. */
@Timeout(180)
class RecipientQuestionsOverKafkaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final List<RecipientAnswer> ANSWERS = new CopyOnWriteArrayList<>();

  private static LogSettings log;
  private static LossySender sender;
  private static TopicFollower reader;
  private static KafkaProducer<String, byte[]> producer;

  private record AskedHosts(
      String organization, NextHop hop, TlsRequirement requirement, List<String> addresses) {}

  private final List<AskedHosts> asked = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    log = new LogSettings(Map.of("bootstrap.servers", SharedBroker.empty().bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(2));
    sender = new LossySender(log);
    reader = new TopicFollower(log, Topics.RECIPIENT_ANSWERS, new Answers());
    reader.start();
    producer = new KafkaProducer<>(log.questioner());
  }

  @AfterAll
  static void stop() {
    reader.close();
    sender.close();
    producer.close();
  }

  private static final class Answers implements TopicFollower.View {
    @Override
    public void begin() {
      ANSWERS.clear();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      try {
        RecipientAnswer answer = RecipientAnswer.parseFrom(record.value());
        assertThat(record.key()).isEqualTo(answer.getAddress());
        ANSWERS.add(answer);
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void complete() {}
  }

  private RecipientQuestions replica() {
    RecipientQuestions replica =
        new RecipientQuestions(
            log,
            sender,
            () -> Optional.of(directory()),
            this::host,
            100_000,
            new SimpleMeterRegistry());
    replica.start();
    return replica;
  }

  /** Everybody exists but nobody. */
  private Map<String, Answer> host(
      String organization,
      NextHop hop,
      TlsRequirement requirement,
      List<String> addresses,
      Ownership ownership) {
    asked.add(new AskedHosts(organization, hop, requirement, addresses));
    Map<String, Answer> answers = new HashMap<>();
    for (String address : addresses) {
      boolean there = !address.startsWith("nobody");
      answers.put(
          address,
          new Answer(
              there ? RecipientExistence.RECIPIENT_EXISTS : RecipientExistence.RECIPIENT_MISSING,
              RemoteReply.newBuilder()
                  .setCode(there ? 250 : 550)
                  .setCommand("RCPT")
                  .setText("x".repeat(500))
                  .build(),
              ""));
    }
    return answers;
  }

  private static Directory directory() {
    List<DirectoryObject> objects = new ArrayList<>();
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("contoso"))
            .build());
    for (String domain :
        List.of("a.example", "b.example", "c.example", "d.example", "off.example")) {
      objects.add(
          DirectoryObject.newBuilder()
              .setAcceptedDomain(
                  AcceptedDomain.newBuilder()
                      .setDomain(domain)
                      .setOrganization("contoso")
                      .setMailboxHost(NextHopHost.newBuilder().setHost("mailbox.example"))
                      .setMailboxTls(TlsLevel.CERTIFICATE_VALIDATION)
                      .setRecipientValidation(
                          domain.startsWith("off")
                              ? RecipientValidation.RECIPIENT_VALIDATION_OFF
                              : RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE))
              .build());
    }
    return Directory.of(objects, 9, Map.of("contoso", 5L));
  }

  /** As ingress-service does, whose clock may be wrong. */
  private static void ask(String address, long clockAheadMillis, long patienceMillis)
      throws Exception {
    String domain = address.substring(address.indexOf('@') + 1);
    long now = System.currentTimeMillis() + clockAheadMillis;
    RecipientQuestion question =
        RecipientQuestion.newBuilder()
            .setAddress(address)
            .setDomain(domain)
            .setAskedAtMillis(now)
            .setDeadlineMillis(now + patienceMillis)
            .build();
    producer
        .send(new ProducerRecord<>(Topics.RECIPIENT_QUESTIONS, domain, question.toByteArray()))
        .get();
  }

  private static RecipientAnswer awaitAnswer(String address) {
    await()
        .atMost(PATIENCE)
        .until(() -> ANSWERS.stream().anyMatch(answer -> answer.getAddress().equals(address)));
    return ANSWERS.stream()
        .filter(answer -> answer.getAddress().equals(address))
        .findFirst()
        .orElseThrow();
  }

  private boolean wasAsked(String address) {
    return asked.stream().anyMatch(question -> question.addresses().contains(address));
  }

  @Test
  void aQuestionIsAnsweredByTheNextHopOfADelivery() throws Exception {
    try (RecipientQuestions replica = replica()) {
      ask("ann@a.example", 0, 60_000);
      ask("nobody@a.example", 0, 60_000);
      assertThat(awaitAnswer("ann@a.example").getExistence())
          .isEqualTo(RecipientExistence.RECIPIENT_EXISTS);
      RecipientAnswer missing = awaitAnswer("nobody@a.example");
      assertThat(missing.getExistence()).isEqualTo(RecipientExistence.RECIPIENT_MISSING);
      assertThat(missing.getRoutingVersion()).isEqualTo(5);
      assertThat(missing.getReply().getText()).hasSize(100);
    }
    assertThat(asked)
        .allSatisfy(
            question -> {
              assertThat(question.organization()).isEqualTo("contoso");
              assertThat(question.hop().getRoute()).startsWith("mailbox:mailbox.example");
              assertThat(question.requirement().getLevel())
                  .isEqualTo(TlsLevel.CERTIFICATE_VALIDATION);
              assertThat(question.requirement().getForwardSecrecy()).isTrue();
            });
  }

  @Test
  void aQuestionExpiresByTheLogsClockAndNonsenseIsSkipped() throws Exception {
    ask("late@b.example", 0, 1); // nobody reads it in time
    producer
        .send(new ProducerRecord<>(Topics.RECIPIENT_QUESTIONS, "b.example", new byte[] {1, 2, 3}))
        .get();
    try (RecipientQuestions replica = replica()) {
      ask("ahead@b.example", HOUR, 60_000);
      ask("behind@b.example", -HOUR, 60_000);
      assertThat(awaitAnswer("ahead@b.example").getExistence())
          .isEqualTo(RecipientExistence.RECIPIENT_EXISTS);
      assertThat(awaitAnswer("behind@b.example").getExistence())
          .isEqualTo(RecipientExistence.RECIPIENT_EXISTS);
    }
    assertThat(wasAsked("late@b.example")).isFalse();
  }

  @Test
  void noHostIsAskedAboutADomainThatDoesNotValidate() throws Exception {
    try (RecipientQuestions replica = replica()) {
      ask("ann@off.example", 0, 60_000);
      ask("ann@foreign.example", 0, 60_000);
      assertThat(awaitAnswer("ann@off.example").getExistence())
          .isEqualTo(RecipientExistence.RECIPIENT_UNKNOWN);
      assertThat(awaitAnswer("ann@foreign.example").getExistence())
          .isEqualTo(RecipientExistence.RECIPIENT_UNKNOWN);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void aReplicaTakesTheQuestionsOfOneThatHasGone() throws Exception {
    try (RecipientQuestions first = replica()) {
      ask("one@c.example", 0, 60_000);
      awaitAnswer("one@c.example");
      RecipientQuestions second = replica();
      ask("two@c.example", 0, 60_000);
      awaitAnswer("two@c.example");
      second.close();
      ask("three@c.example", 0, 60_000);
      awaitAnswer("three@c.example");
    }
    ask("four@d.example", 0, 60_000); // while nobody is there
    try (RecipientQuestions later = replica()) {
      assertThat(awaitAnswer("four@d.example").getExistence())
          .isEqualTo(RecipientExistence.RECIPIENT_EXISTS);
    }
    for (String once : List.of("one@c.example", "two@c.example", "four@d.example")) {
      assertThat(ANSWERS).filteredOn(answer -> answer.getAddress().equals(once)).hasSize(1);
    }
  }
}
