package io.postern.log.topics;

import io.postern.contracts.Deployment;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.TopicDeclaration.Partitioning;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Check of a topic against its declaration. Stronger is allowed; weaker is a {@link
 * WeakTopicException}. Stateless.
 */
final class TopicCheck {
  private TopicCheck() {}

  static void layout(
      TopicDeclaration topic, Deployment deployment, @Nullable TopicDescription actual) {
    // Of the others the number is the log's own: the mail topics' is compared by HomePartitions.
    int partitions = actual == null ? 0 : actual.partitions().size();
    boolean one = topic.partitioning() == Partitioning.ONE;
    if (actual == null || one && partitions != 1) {
      throw weak(
          topic, "number of partitions", Integer.toString(partitions), one ? "1" : "at least 1");
    }
    for (TopicPartitionInfo partition : actual.partitions()) {
      if (partition.replicas().size() < deployment.replication()) {
        throw weak(
            topic,
            "replication factor of partition " + partition.partition(),
            Integer.toString(partition.replicas().size()),
            "at least " + deployment.replication());
      }
    }
  }

  /**
   * @return settings that only make the topic faster or slower and differ: their values
   */
  static Map<String, String> configs(
      TopicDeclaration topic, Deployment deployment, Map<String, String> actual) {
    Map<String, String> tuning = new TreeMap<>();
    topic
        .configs(deployment)
        .forEach(
            (setting, wanted) -> {
              String value = actual.getOrDefault(setting, "absent");
              if (TopicDeclaration.TUNING.contains(setting)) {
                if (!value.equals(wanted)) {
                  tuning.put(setting, value);
                }
                return;
              }
              // A topic that is only compacted keeps its records for ever, whatever its retention
              // says.
              boolean keptForEver =
                  setting.equals("retention.ms") && "compact".equals(actual.get("cleanup.policy"));
              if (!keptForEver && !strongEnough(setting, value, wanted)) {
                throw weak(topic, setting, value, wanted);
              }
            });
    return tuning;
  }

  static boolean strongEnough(String setting, String value, String wanted) {
    return switch (setting) {
      case "retention.ms" -> value.equals("-1") || atLeast(value, wanted);
      case "min.insync.replicas",
          "transaction.state.log.min.isr",
          "offsets.topic.replication.factor",
          "transaction.state.log.replication.factor",
          "max.message.bytes",
          "min.compaction.lag.ms" ->
          atLeast(value, wanted);
      case "cleanup.policy" ->
          value.equals(wanted) || value.equals("compact") && wanted.equals("compact,delete");
      // Flushing more often than wanted is only dearer.
      case "flush.messages" -> !wanted.equals("1") || value.equals("1");
      default -> value.equals(wanted);
    };
  }

  private static boolean atLeast(String value, String wanted) {
    return value.matches("\\d{1,18}") && Long.parseLong(value) >= Long.parseLong(wanted);
  }

  private static WeakTopicException weak(
      TopicDeclaration topic, String setting, String value, String wanted) {
    return new WeakTopicException(topic.name(), setting, value, wanted);
  }
}
