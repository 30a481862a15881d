package io.postern.log.topics;

import io.postern.contracts.Deployment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.internals.Topic;

/**
 * Check that Kafka's own topics are as durable as ours. Positions and transactions are part of the
 * promise: a position that goes back delivers twice, one that is ahead of its data loses mail. Of
 * one that does not exist the brokers' settings are checked, with which Kafka will make it. Weaker
 * is a {@link WeakTopicException}. Stateless.
 */
final class OwnTopicsCheck {
  static final List<String> NAMES =
      List.of(Topic.GROUP_METADATA_TOPIC_NAME, Topic.TRANSACTION_STATE_TOPIC_NAME);

  private OwnTopicsCheck() {}

  /**
   * @param replicas of the partition that has the fewest
   * @param actual the topic's settings in force
   */
  static void existing(
      String topic, Deployment deployment, int replicas, Map<String, String> actual) {
    if (replicas < deployment.replication()) {
      throw WeakTopicException.ofOwnTopic(
          topic,
          "replication factor",
          Integer.toString(replicas),
          "at least " + deployment.replication(),
          "add replicas (kafka-reassign-partitions)");
    }
    wanted(deployment)
        .forEach(
            (setting, wanted) -> {
              String value = actual.getOrDefault(setting, "absent");
              if (!TopicCheck.strongEnough(setting, value, wanted)) {
                throw WeakTopicException.ofOwnTopic(
                    topic,
                    setting,
                    value,
                    wanted,
                    "set it for the topic (kafka-configs --entity-type topics --entity-name "
                        + topic
                        + ")");
              }
            });
  }

  /** The topic does not exist yet; a broker that may make it has these settings. */
  static void toBeMade(
      String topic, Deployment deployment, String broker, Map<String, String> actual) {
    boolean positions = topic.equals(Topic.GROUP_METADATA_TOPIC_NAME);
    Map<String, String> wanted = new TreeMap<>();
    wanted.put(
        positions ? "offsets.topic.replication.factor" : "transaction.state.log.replication.factor",
        Integer.toString(deployment.replication()));
    wanted(deployment)
        .forEach(
            (setting, value) -> {
              switch (setting) {
                case "flush.messages" -> wanted.put("log.flush.interval.messages", value);
                case "min.insync.replicas" ->
                    wanted.put(positions ? setting : "transaction.state.log.min.isr", value);
                default -> wanted.put(setting, value);
              }
            });
    wanted.forEach(
        (setting, value) -> {
          String has = actual.getOrDefault(setting, "absent");
          if (!TopicCheck.strongEnough(setting, has, value)) {
            throw WeakTopicException.ofOwnTopic(
                topic,
                setting + " of broker " + broker,
                has,
                value,
                "set it in the settings of each broker, and start them again");
          }
        });
  }

  private static Map<String, String> wanted(Deployment deployment) {
    Map<String, String> wanted = new TreeMap<>();
    wanted.put("min.insync.replicas", Integer.toString(deployment.minInSyncReplicas()));
    wanted.put("unclean.leader.election.enable", "false");
    if (deployment.flushEachAppend()) {
      wanted.put("flush.messages", "1");
    }
    return wanted;
  }
}
