package io.postern.log.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.log.LogUnavailableException;
import io.postern.log.TestLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TopicsSetupTest {
  private static TestLog log;

  @BeforeAll
  static void start() {
    log = TestLog.empty();
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @Test
  @Order(1)
  void severalServicesMayCreateTheTopicsAtOnce() throws Exception {
    Callable<Void> service =
        () -> {
          TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
          return null;
        };
    try (ExecutorService services = Executors.newVirtualThreadPerTaskExecutor();
        Admin admin = log.admin()) {
      for (Future<Void> done : services.invokeAll(List.of(service, service, service))) {
        done.get();
      }
      assertThat(admin.listTopics().names().get())
          .containsAll(Topics.ALL.stream().map(TopicDeclaration::name).toList());
    }
  }

  @Test
  @Order(2)
  void everyGroupStartsAtTheBeginningOfItsTopics() throws Exception {
    try (Admin admin = log.admin()) {
      for (Map.Entry<String, List<String>> group : ConsumerGroups.TOPICS.entrySet()) {
        Map<TopicPartition, OffsetAndMetadata> positions =
            admin.listConsumerGroupOffsets(group.getKey()).partitionsToOffsetAndMetadata().get();
        assertThat(positions.keySet().stream().map(TopicPartition::topic).distinct())
            .containsExactlyInAnyOrderElementsOf(group.getValue());
        assertThat(positions.values()).allSatisfy(p -> assertThat(p.offset()).isZero());
      }
    }
  }

  @Test
  @Order(3)
  void aLostPositionIsNotMadeAnew() throws Exception {
    TopicPartition partition = new TopicPartition(Topics.MAIL_DELIVERIES, 1);
    try (Admin admin = log.admin();
        var producer = log.producer()) {
      producer
          .send(
              new org.apache.kafka.clients.producer.ProducerRecord<>(
                  partition.topic(), 1, "k", new byte[1]))
          .get();
      admin
          .deleteConsumerGroupOffsets(ConsumerGroups.DELIVERY, java.util.Set.of(partition))
          .all()
          .get();

      TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);

      assertThat(
              admin
                  .listConsumerGroupOffsets(ConsumerGroups.DELIVERY)
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .keySet())
          .hasSize(3)
          .doesNotContain(partition);
    }
  }

  @ParameterizedTest
  @Order(4)
  @CsvSource({
    "mail.content, retention.ms, 3600000",
    "mail.accepted, retention.bytes, 1000000",
    "mail.outcomes, flush.messages, 100",
    "mail.accepted, message.timestamp.type, CreateTime",
    "directory, cleanup.policy, delete",
    "directory, min.compaction.lag.ms, 0",
    "mail.deliveries, unclean.leader.election.enable, true",
    "mail.content, max.message.bytes, 1000",
  })
  void aWeakerTopicIsRefusedByName(String topic, String setting, String value) throws Exception {
    try (Admin admin = log.admin()) {
      alter(
          admin,
          topic,
          new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET));
      assertThatThrownBy(() -> TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT))
          .isInstanceOf(WeakTopicException.class)
          .hasMessageContaining(topic)
          .hasMessageContaining(setting)
          .hasMessageContaining(value);
      TopicDeclaration declared =
          Topics.ALL.stream().filter(t -> t.name().equals(topic)).findFirst().orElseThrow();
      String wanted = declared.configs(TestLog.DEPLOYMENT).get(setting);
      alter(
          admin,
          topic,
          new AlterConfigOp(new ConfigEntry(setting, wanted), AlterConfigOp.OpType.SET));
    }
    TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
  }

  @ParameterizedTest
  @Order(5)
  @CsvSource({
    "mail.content, index.interval.bytes, 4096",
    "mail.accepted, segment.bytes, 1073741824",
    "mail.accepted, segment.index.bytes, 10485760",
    "mail.outcomes, segment.ms, 604800000",
  })
  void aSlowerTopicIsTakenAsItIs(String topic, String setting, String value) throws Exception {
    try (Admin admin = log.admin()) {
      alter(
          admin,
          topic,
          new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET));
      TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
      assertThat(setting(admin, topic, setting)).as("nothing existing is changed").isEqualTo(value);
    }
  }

  @ParameterizedTest
  @Order(5)
  @CsvSource({"6", "2"})
  void aLogHasItsOwnNumberOfPartitionsWhateverTheSettingSays(int setting) throws Exception {
    HomePartitions home = TopicsSetup.createOrVerify(log.settings, Deployment.singleNode(setting));

    assertThat(home.usable()).isEqualTo(4);
    assertThat(home.growing()).isFalse();
  }

  @Test
  @Order(5)
  void aTopicThatAReleaseAddsGetsTheLogsNumberAndNotTheSettings() throws Exception {
    try (Admin admin = log.admin()) {
      for (String topic : List.of(Topics.MAIL_CONTROLS, Topics.MAIL_ROUTES)) {
        admin.deleteTopics(List.of(topic)).all().get();
        await()
            .untilAsserted(
                () -> assertThat(admin.listTopics().names().get()).doesNotContain(topic));
      }
      TopicsSetup.createMissing(log.settings, Deployment.singleNode(6), Duration.ofSeconds(30));

      for (String topic : List.of(Topics.MAIL_CONTROLS, Topics.MAIL_ROUTES)) {
        assertThat(
                admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions())
            .as(topic)
            .hasSize(4);
      }
    }
  }

  @Test
  @Order(6)
  void aDirectoryInTwoPartitionsHasNoOrder() throws Exception {
    try (Admin admin = log.admin()) {
      admin.createPartitions(Map.of(Topics.DIRECTORY, NewPartitions.increaseTo(2))).all().get();
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          admin
                              .describeTopics(List.of(Topics.DIRECTORY))
                              .allTopicNames()
                              .get()
                              .values())
                      .singleElement()
                      .satisfies(topic -> assertThat(topic.partitions()).hasSize(2)));
    }
    assertThatThrownBy(() -> TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT))
        .isInstanceOf(WeakTopicException.class)
        .hasMessageContaining("topic directory");
  }

  @Test
  @Order(7)
  void aLogThatIsAwayIsSaidInBoundedTime() {
    log.broker.pause();
    try {
      long start = System.nanoTime();
      assertThatThrownBy(
              () ->
                  TopicsSetup.createOrVerify(
                      log.settings, TestLog.DEPLOYMENT, Duration.ofSeconds(2)))
          .isInstanceOf(LogUnavailableException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    } finally {
      log.broker.resume();
    }
  }

  private static String setting(Admin admin, String topic, String setting) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin
        .describeConfigs(List.of(resource))
        .all()
        .get()
        .values()
        .iterator()
        .next()
        .get(setting)
        .value();
  }

  /** Until the broker says so, too: it follows the controller's answer in its own time. */
  private static void alter(Admin admin, String topic, AlterConfigOp change) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
    await()
        .untilAsserted(
            () ->
                assertThat(admin.describeConfigs(List.of(resource)).all().get().values())
                    .singleElement()
                    .extracting(config -> config.get(change.configEntry().name()).value())
                    .isEqualTo(change.configEntry().value()));
  }
}
