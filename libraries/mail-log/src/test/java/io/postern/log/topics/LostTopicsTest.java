package io.postern.log.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A topic that is made anew where it was lost would hide the loss of mail. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LostTopicsTest {
  private static final Set<String> ALL =
      Set.copyOf(Topics.ALL.stream().map(TopicDeclaration::name).toList());
  private static TestLog log;

  @BeforeAll
  static void start() {
    log = TestLog.sharedEmpty();
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @Test
  @Order(1)
  void whatSomebodyDiedMakingIsCompletedBySeveralAtOnce() throws Exception {
    try (Admin admin = log.admin()) {
      List<TopicDeclaration> half = Topics.ALL.subList(0, Topics.ALL.size() / 2);
      admin.createTopics(half.stream().map(LostTopicsTest::declared).toList()).all().get();

      Callable<Void> service =
          () -> {
            TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
            return null;
          };
      try (ExecutorService services = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Void> done : services.invokeAll(List.of(service, service, service))) {
          done.get();
        }
      }
      assertThat(admin.listTopics().names().get()).containsAll(ALL);
    }
  }

  @Test
  @Order(2)
  void aTopicThatIsGoneBesideOthersWithRecordsIsNotMadeAnew() throws Exception {
    try (Admin admin = log.admin();
        KafkaProducer<String, byte[]> producer = log.producer()) {
      producer.send(new ProducerRecord<>(Topics.MAIL_ACCEPTED, 2, "k", new byte[1])).get();
      remove(admin, Topics.MAIL_DUE);

      assertThatThrownBy(() -> TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT))
          .isInstanceOf(WeakTopicException.class)
          .hasMessageContaining("mail topics mail.due are missing while mail.accepted have records")
          .hasMessageContaining("restore them");
      assertThat(admin.listTopics().names().get()).doesNotContain(Topics.MAIL_DUE);
    }
  }

  @Test
  @Order(3)
  void anAdministratorMayGiveUpWhatWasInIt() throws Exception {
    try (Admin admin = log.admin()) {
      TopicsSetup.createMissing(log.settings, TestLog.DEPLOYMENT, Duration.ofSeconds(30));
      assertThat(admin.listTopics().names().get()).containsAll(ALL);
    }
    TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
  }

  @Test
  @Order(4)
  void whatMayBeLostIsMadeAnew() throws Exception {
    try (Admin admin = log.admin()) {
      remove(admin, Topics.CERTIFICATE_HOSTS);
      TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
      assertThat(admin.listTopics().names().get()).containsAll(ALL);
    }
  }

  private static NewTopic declared(TopicDeclaration topic) {
    return new NewTopic(topic.name(), topic.partitions(TestLog.DEPLOYMENT), (short) 1)
        .configs(topic.configs(TestLog.DEPLOYMENT));
  }

  private static void remove(Admin admin, String topic) throws Exception {
    admin.deleteTopics(List.of(topic)).all().get();
    await().untilAsserted(() -> assertThat(admin.listTopics().names().get()).doesNotContain(topic));
  }
}
