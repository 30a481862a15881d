package io.postern.lab.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.contracts.Deployment;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Kafka's topics: for each its partitions, cleanup, times, bounds, key and records. A service
 * refuses to start on a topic that is weaker than its declaration, and changes none: what is
 * declared stronger breaks an installation as much as what is declared weaker.
 */
public final class TopicsContract {
  private static final Deployment CLUSTER = Deployment.of("cluster", OptionalInt.empty());
  private static final Deployment SINGLE_NODE = Deployment.of("single-node", OptionalInt.empty());

  private static final String NAME = "topic";
  private static final String WRITERS = "writers";
  private static final String READERS = "readers";
  private static final String FLUSH = "flushed";
  private static final String EACH_APPEND = "each append";
  private static final String BY_KAFKA = "by Kafka";

  /** The others are the installation's, and the same for all topics. */
  private static final Set<String> SETTINGS =
      Set.of(
          "cleanup.policy",
          "retention.ms",
          "min.compaction.lag.ms",
          "max.message.bytes",
          "message.timestamp.type");

  private static final String NOT_STARTED =
      "no service starts on the topic of an installation until its administrator changes it";

  private TopicsContract() {}

  /**
   * @param topics of class Topics
   * @param document docs/asyncapi.yaml, which names their keys and records
   */
  public static Map<String, String> entries(List<TopicDeclaration> topics, JsonNode document) {
    Map<String, TopicDeclaration> byName = new TreeMap<>();
    topics.forEach(topic -> byName.put(topic.name(), topic));
    Map<String, String> entries = new LinkedHashMap<>();
    byName.forEach(
        (name, topic) -> {
          entries.put(name, NAME);
          facts(topic, document).forEach((fact, value) -> entries.put(name + " " + fact, value));
        });
    return entries;
  }

  private static Map<String, String> facts(TopicDeclaration topic, JsonNode document) {
    Map<String, String> facts = new TreeMap<>();
    facts.put(
        "partitions",
        "%d of 48, %s"
            .formatted(
                topic.partitions(CLUSTER),
                switch (topic.partitioning()) {
                  case MAIL -> "by queue id";
                  case ONE -> "in order";
                  case SPREAD -> "by hash of the key";
                }));
    topic
        .configs(CLUSTER)
        .forEach(
            (setting, value) -> {
              if (SETTINGS.contains(setting)) {
                facts.put(setting, value);
              }
            });
    facts.put(
        FLUSH,
        "1".equals(topic.configs(SINGLE_NODE).get("flush.messages")) ? EACH_APPEND : BY_KAFKA);
    facts.put(WRITERS, String.join(", ", new TreeSet<>(topic.writers())));
    facts.put(READERS, String.join(", ", new TreeSet<>(topic.readers())));
    List<String> records = records(topic.name(), document);
    facts.put("records", String.join(", ", records));
    facts.put(
        "key",
        records.stream()
            .map(record -> key(topic.name() + "." + record, document))
            .filter(key -> !key.isEmpty())
            .distinct()
            .collect(Collectors.joining("; ")));
    return facts;
  }

  /** The names of a topic's messages. */
  static List<String> records(String topic, JsonNode document) {
    return StreamSupport.stream(
            ((Iterable<String>) document.path("channels").path(topic).path("messages")::fieldNames)
                .spliterator(),
            false)
        .toList();
  }

  private static String key(String message, JsonNode document) {
    return document
        .path("components")
        .path("messages")
        .path(message)
        .at("/bindings/kafka/key/description")
        .asText();
  }

  /** Entries gone, changed or new, and for whom. */
  public static List<String> breaks(Map<String, String> before, Map<String, String> now) {
    List<String> breaks = new ArrayList<>();
    before.forEach(
        (entry, facts) -> {
          String topic = entry.split(" ", 2)[0];
          if (entry.equals(topic)) {
            if (!now.containsKey(topic)) {
              breaks.add(
                  "topic %s is gone: no service reads what %s of the version before write, and %s of it miss its records"
                      .formatted(
                          topic,
                          before.get(topic + " " + WRITERS),
                          before.get(topic + " " + READERS)));
            }
          } else if (now.containsKey(topic) && !facts.equals(now.get(entry))) {
            String fact = entry.substring(topic.length() + 1);
            if (!fact.equals(WRITERS) && !fact.equals(READERS)) { // set-up log gives rights anew
              breaks.add(
                  changed(
                      topic,
                      fact,
                      facts,
                      now.getOrDefault(entry, "gone"),
                      before.getOrDefault(topic + " " + READERS, "")));
            }
          }
        });
    now.forEach(
        (entry, facts) -> {
          if (facts.equals(NAME)
              && !before.isEmpty()
              && !before.containsKey(entry)
              && !Topics.MADE_BESIDE_MAIL.contains(entry)
              && EACH_APPEND.equals(now.get(entry + " " + FLUSH))) {
            breaks.add(
                "topic %s is new and must not lose a record: no service starts on an installation that has mail before postern set-up log --make-missing-topics"
                    .formatted(entry));
          }
        });
    return breaks;
  }

  private static String changed(
      String topic, String fact, String before, String after, String readers) {
    String broken =
        switch (fact) {
          case "key", "records" -> readers + " of the version before look for what was there";
          case "partitions" ->
              "no service starts on the topic of an installation, and %s look for records in other partitions"
                  .formatted(readers);
          case "retention.ms" ->
              isLess(after, before) ? readers + " miss records that they count on" : NOT_STARTED;
          case FLUSH ->
              after.equals(BY_KAFKA)
                  ? "a record that was acknowledged is lost with the machine's power"
                  : NOT_STARTED;
          default -> NOT_STARTED;
        };
    return "topic %s: %s was %s and is %s: %s".formatted(topic, fact, before, after, broken);
  }

  private static boolean isLess(String after, String before) {
    return after.matches("\\d+") && Long.parseLong(after) < Long.parseLong(before);
  }
}
