package io.postern.log.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kafka's own topics must be as durable as ours. */
class OwnTopicsTest {
  private static final String POSITIONS = "__consumer_offsets";
  private static final String TRANSACTIONS = "__transaction_state";
  private static final Deployment NODE = Deployment.singleNode(4);
  private static final Deployment CLUSTER = Deployment.cluster(48);

  /** On a broker that flushes nothing by itself. */
  @Test
  void aSingleNodeIsRefusedUntilBothAreFlushed() throws Exception {
    try (TestLog log = TestLog.empty(p -> p.remove("log.flush.interval.messages"));
        Admin admin = log.admin()) {
      assertRefused(log, POSITIONS, "log.flush.interval.messages of broker 1", "each broker");
      assertThat(admin.listTopics().names().get()).as("nothing was made").isEmpty();

      // A group makes the first; now its own settings count.
      var unused =
          admin
              .alterConsumerGroupOffsets(
                  "any", Map.of(new TopicPartition("any", 0), new OffsetAndMetadata(0)))
              .partitionResult(new TopicPartition("any", 0));
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          admin
                              .listTopics(new ListTopicsOptions().listInternal(true))
                              .names()
                              .get())
                      .contains(POSITIONS));
      assertRefused(log, POSITIONS, "flush.messages is 9223372036854775807", "kafka-configs");
      flush(admin, POSITIONS);

      assertRefused(log, TRANSACTIONS, "log.flush.interval.messages of broker 1", "each broker");
      log.transactionalProducer().close();
      assertRefused(log, TRANSACTIONS, "flush.messages is 9223372036854775807", "kafka-configs");
      flush(admin, TRANSACTIONS);

      TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
      assertThat(admin.listTopics().names().get()).contains(Topics.MAIL_ACCEPTED);
    }
  }

  @Test
  void aSingleBrokerIsNoCluster() {
    try (TestLog log = TestLog.empty()) {
      assertThatThrownBy(() -> TopicsSetup.createOrVerify(log.settings, Deployment.cluster(4)))
          .isInstanceOf(WeakTopicException.class)
          .hasMessageContaining(POSITIONS);
    }
  }

  /** As a cluster that is older than the feature. */
  @Test
  void aClusterThatDoesNotRememberWhoMayLeadIsRefused() throws Exception {
    try (TestLog log = TestLog.empty();
        Admin admin = log.admin()) {
      assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures())
          .as("a format by this version has it")
          .extractingByKey(ElectionCheck.FEATURE)
          .extracting(FinalizedVersionRange::maxVersionLevel)
          .isEqualTo((short) 1);
      FeatureUpdate off = new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
      admin
          .updateFeatures(Map.of(ElectionCheck.FEATURE, off), new UpdateFeaturesOptions())
          .all()
          .get();
      await()
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> TopicsSetup.createOrVerify(log.settings, CLUSTER))
                      .isInstanceOf(WeakTopicException.class)
                      .hasMessageContaining(
                          "eligible.leader.replicas.version is 0, required at least 1"));
      TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "__consumer_offsets, offsets.topic.replication.factor, 2",
    "__consumer_offsets, min.insync.replicas, 1",
    "__consumer_offsets, unclean.leader.election.enable, true",
    "__transaction_state, transaction.state.log.replication.factor, 1",
    "__transaction_state, transaction.state.log.min.isr, 1",
    "__transaction_state, unclean.leader.election.enable, true",
  })
  void aClusterThatWouldMakeThemWeakerIsRefused(String topic, String setting, String value) {
    Map<String, String> broker =
        new HashMap<>(
            Map.of(
                "offsets.topic.replication.factor",
                "3",
                "min.insync.replicas",
                "2",
                "transaction.state.log.replication.factor",
                "5",
                "transaction.state.log.min.isr",
                "3",
                "unclean.leader.election.enable",
                "false"));
    assertThatCode(() -> OwnTopicsCheck.toBeMade(topic, CLUSTER, "7", broker))
        .doesNotThrowAnyException();
    broker.put(setting, value);
    assertThatThrownBy(() -> OwnTopicsCheck.toBeMade(topic, CLUSTER, "7", broker))
        .isInstanceOf(WeakTopicException.class)
        .hasMessageContaining(topic)
        .hasMessageContaining(setting + " of broker 7 is " + value);
    broker.remove(setting);
    assertThatThrownBy(() -> OwnTopicsCheck.toBeMade(topic, CLUSTER, "7", broker))
        .hasMessageContaining(setting + " of broker 7 is absent");
  }

  @ParameterizedTest
  @CsvSource({
    "3, 2, false, ",
    "2, 2, false, replication factor is 2",
    "3, 1, false, min.insync.replicas is 1",
    "3, 2, true, unclean.leader.election.enable is true",
  })
  void theyAreVerifiedInAClusterToo(int replicas, String inSync, String unclean, String problem) {
    Map<String, String> actual =
        Map.of("min.insync.replicas", inSync, "unclean.leader.election.enable", unclean);
    if (problem == null) {
      OwnTopicsCheck.existing(POSITIONS, CLUSTER, replicas, actual);
    } else {
      assertThatThrownBy(() -> OwnTopicsCheck.existing(POSITIONS, CLUSTER, replicas, actual))
          .isInstanceOf(WeakTopicException.class)
          .hasMessageContaining(problem);
    }
    assertThatThrownBy(() -> OwnTopicsCheck.existing(POSITIONS, NODE, replicas, actual))
        .isInstanceOf(WeakTopicException.class);
  }

  private static void assertRefused(TestLog log, String... words) {
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () -> TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT))
                    .isInstanceOf(WeakTopicException.class)
                    .hasMessageContainingAll(words));
  }

  private static void flush(Admin admin, String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    admin
        .incrementalAlterConfigs(
            Map.of(
                resource,
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("flush.messages", "1"), AlterConfigOp.OpType.SET))))
        .all()
        .get();
    await()
        .untilAsserted(
            () ->
                assertThat(admin.describeConfigs(List.of(resource)).all().get().values())
                    .singleElement()
                    .extracting(config -> config.get("flush.messages").value())
                    .isEqualTo("1"));
  }
}
