package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.TopicDeclaration.Cleanup;
import io.postern.contracts.TopicDeclaration.Partitioning;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The declaration says what docs/design/architecture.md, "Topics", and docs/design/the-log.md say.
 */
class TopicsTest {
  static final Collection<TopicDeclaration> ALL = Topics.ALL;
  private static final Deployment NODE = Deployment.singleNode(4);
  private static final Deployment CLUSTER = Deployment.cluster(48);
  private static final Map<String, TopicDeclaration> BY_NAME =
      Topics.ALL.stream().collect(Collectors.toMap(TopicDeclaration::name, Function.identity()));

  @Test
  void everyNamedTopicIsDeclaredOnce() {
    List<String> named =
        Arrays.stream(Topics.class.getDeclaredFields())
            .filter(f -> f.getType() == String.class && Modifier.isPublic(f.getModifiers()))
            .filter(f -> !f.getName().endsWith("_KEY"))
            .map(TopicsTest::constant)
            .toList();
    assertThat(Topics.ALL)
        .extracting(TopicDeclaration::name)
        .containsExactlyInAnyOrderElementsOf(named);
  }

  private static String constant(Field field) {
    try {
      return (String) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mail.accepted, MAIL, DELETE, P21D",
    "mail.content, MAIL, DELETE, P7D",
    "mail.content.held, MAIL, DELETE, P21D",
    "mail.content.keys, ONE, DELETE, P7D",
    "mail.deliveries, MAIL, DELETE, P22D",
    "mail.outcomes, MAIL, DELETE, P21D",
    "mail.due, MAIL, DELETE, P21D",
    "mail.controls, MAIL, DELETE, P7D",
    "mail.notices, MAIL, DELETE, P21D",
    "postern-scheduler-schedule-changelog, MAIL, CHANGELOG, PT0S",
    "postern-scheduler-marks-changelog, MAIL, CHANGELOG, PT0S",
    "mail.refusals, SPREAD, DELETE, P7D",
    "mail.routes, SPREAD, DELETE, P1D",
    "directory, ONE, COMPACT, PT1H",
    "directory.commands, ONE, DELETE, P7D",
    "directory.results, ONE, DELETE, P7D",
    "directory.audit, ONE, DELETE, P400D",
    "directory.recipients, ONE, COMPACT, PT1H",
    "access, ONE, COMPACT, PT1H",
    "access.audit, ONE, DELETE, P400D",
    "certificate.requests, SPREAD, DELETE, PT1H",
    "certificate.verdicts, SPREAD, DELETE, PT6H",
    "certificate.presented, SPREAD, DELETE, P8D",
    "certificate.anchors, ONE, COMPACT, PT1H",
    "certificate.chains, SPREAD, COMPACT_AND_DELETE, P400D",
    "certificate.own, ONE, DELETE, P400D",
    "certificate.handshakes, SPREAD, COMPACT_AND_DELETE, P400D",
    "certificate.hosts, SPREAD, COMPACT_AND_DELETE, P400D",
    "certificate.expiries, ONE, COMPACT_AND_DELETE, P400D",
    "mta-sts.requests, SPREAD, DELETE, PT1H",
    "certificate.staples, ONE, COMPACT_AND_DELETE, P400D",
    "mta-sts.policies, SPREAD, COMPACT_AND_DELETE, P400D",
    "tls.sessions, SPREAD, DELETE, P3D",
    "tls.reports, SPREAD, COMPACT_AND_DELETE, P400D",
    "recipients.questions, SPREAD, DELETE, PT1H",
    "recipients.answers, SPREAD, DELETE, PT6H",
    "probe.requests, SPREAD, DELETE, PT1H",
    "probe.results, SPREAD, DELETE, PT1H",
    "comparison.results, SPREAD, DELETE, PT1H",
    "connector.validations, ONE, COMPACT_AND_DELETE, P400D",
    "contract.level, ONE, COMPACT, PT1H",
    "contract.replicas, ONE, DELETE, PT1H",
  })
  void partitioningCleanupAndRetention(
      String name, Partitioning partitioning, Cleanup cleanup, Duration retention) {
    TopicDeclaration topic = topic(name);
    assertThat(topic.partitioning()).isEqualTo(partitioning);
    assertThat(topic.cleanup()).isEqualTo(cleanup);
    assertThat(topic.retention()).isEqualTo(retention);
  }

  @Test
  void whatOutlivesItsContentHasExpired() {
    Duration lifetime = Duration.ofDays(5);
    Duration hold = Duration.ofDays(14);
    Duration margin = Duration.ofDays(2);
    assertThat(topic(Topics.MAIL_CONTENT).retention()).isEqualTo(lifetime.plus(margin));
    assertThat(topic(Topics.MAIL_CONTENT_HELD).retention())
        .isEqualTo(hold.plus(lifetime).plus(margin));
    assertThat(topic(Topics.MAIL_ACCEPTED).retention())
        .isGreaterThanOrEqualTo(topic(Topics.MAIL_CONTENT_HELD).retention());
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void aSingleNodeFlushesEachAppendButOfWhatMayBeLost(TopicDeclaration topic) {
    boolean exempt =
        topic.name().startsWith("certificate.") && !topic.name().equals("certificate.anchors")
            || topic.name().startsWith("mta-sts.") // fetched again
            || topic.name().startsWith("recipients.") // asked again
            || topic.name().startsWith("probe.") // the same
            || topic.name().equals("comparison.results") // compared again
            || topic.name().startsWith("access") // the users' file has it; best effort
            || topic.name().equals("connector.validations") // validated again
            || topic.name().equals("contract.replicas") // announced again
            || topic.name().equals("mail.routes")
            || topic.name().equals("mail.refusals")
            || topic.name().startsWith("tls.");
    assertThat(topic.flushEachAppend()).isEqualTo(!exempt);
    assertThat(topic.configs(NODE))
        .containsEntry("flush.messages", exempt ? "9223372036854775807" : "1");
    assertThat(topic.configs(CLUSTER)).doesNotContainKey("flush.messages");
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void everyTopicHasTheLogsClockAndNoBoundInBytes(TopicDeclaration topic) {
    // Streams compares the times of its own records.
    String clock = topic.cleanup() == Cleanup.CHANGELOG ? "CreateTime" : "LogAppendTime";
    for (Deployment deployment : List.of(NODE, CLUSTER)) {
      assertThat(topic.configs(deployment))
          .containsEntry("message.timestamp.type", clock)
          .containsEntry("retention.bytes", "-1")
          .containsEntry("unclean.leader.election.enable", "false")
          .containsEntry("min.insync.replicas", deployment == NODE ? "1" : "2");
    }
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void aSegmentEndsWellBeforeItsRecordsAreDue(TopicDeclaration topic) {
    long segment = Long.parseLong(topic.configs(NODE).get("segment.ms"));
    assertThat(Duration.ofMillis(segment)).isLessThanOrEqualTo(Duration.ofHours(6));
    if (topic.cleanup() == Cleanup.DELETE) {
      assertThat(Duration.ofMillis(segment)).isLessThan(topic.retention());
    }
    assertThat(topic(Topics.MAIL_CONTENT).configs(NODE)).containsEntry("segment.ms", "21600000");
    assertThat(topic(Topics.MAIL_CONTENT_KEYS).configs(NODE))
        .containsEntry("segment.ms", "10800000");
  }

  @Test
  void aDecisionOutlivesWhatItDecidesAndMayBeLarge() {
    assertThat(topic(Topics.MAIL_DELIVERIES).retention())
        .isEqualTo(topic(Topics.MAIL_ACCEPTED).retention().plusDays(1));
    assertThat(topic(Topics.MAIL_DELIVERIES).configs(NODE))
        .containsEntry("max.message.bytes", "8388608");
    assertThat(TopicDeclaration.LARGEST_MESSAGE_BYTES).isEqualTo(8_388_608);
    assertThat(topic(Topics.MAIL_ACCEPTED).configs(NODE))
        .containsEntry("max.message.bytes", "1048588");
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void aFlushSyncsSmallIndexesAndAKilledBrokerScansSmallSegments(TopicDeclaration topic) {
    boolean content =
        topic.name().equals(Topics.MAIL_CONTENT) || topic.name().equals(Topics.MAIL_CONTENT_HELD);
    for (Deployment deployment : List.of(NODE, CLUSTER)) {
      assertThat(topic.configs(deployment))
          .containsEntry("index.interval.bytes", content ? "262144" : "32768")
          .containsEntry("segment.index.bytes", "1048576")
          .containsEntry("segment.bytes", content ? "268435456" : "134217728")
          .containsKeys(TopicDeclaration.TUNING.toArray(String[]::new));
    }
  }

  @Test
  void theDirectoryIsCompactedNoSoonerThanAfterAnHour() {
    assertThat(topic(Topics.DIRECTORY).configs(CLUSTER))
        .containsEntry("cleanup.policy", "compact")
        .containsEntry("min.compaction.lag.ms", "3600000")
        .doesNotContainKey("retention.ms");
  }

  @Test
  void aChainThatIsNotUsedAnyMoreGoesInTheEnd() {
    assertThat(topic(Topics.CERTIFICATE_CHAINS).configs(CLUSTER))
        .containsEntry("cleanup.policy", "compact,delete")
        .containsEntry("min.compaction.lag.ms", "3600000")
        .containsEntry("retention.ms", Long.toString(Duration.ofDays(400).toMillis()));
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void thePartitionCountIsTheDeployments(TopicDeclaration topic) {
    switch (topic.partitioning()) {
      case MAIL -> assertThat(topic.partitions(CLUSTER)).isEqualTo(48);
      case ONE -> assertThat(topic.partitions(CLUSTER)).isEqualTo(1);
      case SPREAD -> assertThat(topic.partitions(CLUSTER)).isEqualTo(12);
    }
    assertThat(topic.partitions(NODE)).isEqualTo(topic.partitioning() == Partitioning.ONE ? 1 : 4);
  }

  @Test
  void contentIsReadByDeliveryAlone() {
    assertThat(topic(Topics.MAIL_CONTENT).readers()).containsExactly("delivery");
    assertThat(topic(Topics.MAIL_CONTENT_HELD).readers()).containsExactly("delivery");
    assertThat(topic(Topics.MAIL_CONTENT_KEYS).readers()).containsExactly("delivery");
    assertThat(topic(Topics.MAIL_CONTENT_KEYS).writers()).containsExactly("ingress");
    // The notice writer: the text of DSNs.
    assertThat(topic(Topics.MAIL_CONTENT).writers())
        .containsExactly("ingress", "notice-writer", "tls-reporter");
  }

  @Test
  void theNoticeWriterReadsEnvelopesAndOutcomesBack() {
    for (String readBack : List.of(Topics.MAIL_ACCEPTED, Topics.MAIL_OUTCOMES)) {
      assertThat(topic(readBack).readers()).as(readBack).contains("notice-writer");
    }
  }

  @Test
  void groupsReadWhatIsDeclared() {
    assertThat(BY_NAME.keySet())
        .containsAll(
            ConsumerGroups.TOPICS.values().stream()
                .flatMap(List::stream)
                .collect(Collectors.toSet()));
    assertThat(ConsumerGroups.TOPICS.get(ConsumerGroups.DECIDER))
        .isEqualTo(List.of("mail.accepted", "mail.due"));
  }

  @Test
  void aDeploymentIsNamedInTheSettings() {
    assertThat(Deployment.of("single-node", 4)).isEqualTo(NODE);
    assertThat(Deployment.of("cluster", 48)).isEqualTo(CLUSTER);
    assertThatThrownBy(() -> Deployment.of("laptop", 4))
        .hasMessageContaining("postern.log.deployment");
    assertThatThrownBy(() -> Deployment.of("cluster", 0))
        .hasMessageContaining("postern.log.partitions");
    assertThat(Set.of(CLUSTER.replication(), CLUSTER.minInSyncReplicas()))
        .containsExactlyInAnyOrder(3, 2);
  }

  private static TopicDeclaration topic(String name) {
    TopicDeclaration topic = BY_NAME.get(name);
    assertThat(topic).as(name).isNotNull();
    return topic;
  }
}
