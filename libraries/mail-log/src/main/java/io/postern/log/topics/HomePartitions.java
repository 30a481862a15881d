package io.postern.log.topics;

import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.TopicDeclaration.Partitioning;
import io.postern.contracts.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * How many home partitions a log has: the number of partitions of its mail topics, which is the
 * same for all but while the log grows (docs/design/the-log.md, "Home partition and content").
 * Immutable.
 *
 * @param usable the least of the numbers: every topic has the partitions below it
 * @param most the largest
 * @param numbers the topics by their number
 */
public record HomePartitions(int usable, int most, Map<Integer, List<String>> numbers) {
  /** The topics that have a partition for each home partition, in the order of their names. */
  public static final List<String> TOPICS =
      Topics.ALL.stream()
          .filter(topic -> topic.partitioning() == Partitioning.MAIL)
          .map(TopicDeclaration::name)
          .sorted()
          .toList();

  /**
   * @param topics at least one of {@link #TOPICS}; others do not count
   */
  static HomePartitions of(Map<String, TopicDescription> topics) {
    TreeMap<Integer, List<String>> numbers = new TreeMap<>();
    for (String name : TOPICS) {
      TopicDescription topic = topics.get(name);
      if (topic != null) {
        numbers.computeIfAbsent(topic.partitions().size(), _ -> new ArrayList<>()).add(name);
      }
    }
    return new HomePartitions(numbers.firstKey(), numbers.lastKey(), numbers);
  }

  /** Partitions are being added, or were when that was interrupted. */
  public boolean growing() {
    return usable < most;
  }

  /** What is wrong with a log that is half grown, and the cure. */
  public String halfGrown() {
    return "the mail topics have different numbers of partitions (%s): adding partitions is in progress or was interrupted; run postern set-up log --partitions %d while policy-service and delivery-service are stopped"
        .formatted(
            numbers.entrySet().stream()
                .map(
                    each ->
                        String.join(", ", new TreeSet<>(each.getValue())) + ": " + each.getKey())
                .collect(Collectors.joining("; ")),
            most);
  }
}
