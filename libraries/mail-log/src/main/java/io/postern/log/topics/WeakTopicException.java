package io.postern.log.topics;

import java.util.Collection;

/**
 * A topic that exists is weaker than its declaration, or one that held records is gone; a service
 * must not start on it. Waiting does not cure it.
 */
public final class WeakTopicException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public WeakTopicException(String topic, String setting, String value, String wanted) {
    super(
        "topic "
            + topic
            + ": "
            + setting
            + " is "
            + value
            + ", required "
            + wanted
            + "; change the topic (kafka-configs or kafka-topics) or remove it while it is empty");
  }

  private WeakTopicException(String sentence) {
    super(sentence);
  }

  /** One of Kafka's own. */
  static WeakTopicException ofOwnTopic(
      String topic, String setting, String value, String wanted, String cure) {
    return new WeakTopicException(
        "Kafka's topic %s: %s is %s, required %s; %s"
            .formatted(topic, setting, value, wanted, cure));
  }

  /** A feature of all brokers. */
  static WeakTopicException ofCluster(String feature, int level, String cure) {
    return new WeakTopicException(
        "the cluster's feature %s is %d, required at least 1; turn it on (%s)"
            .formatted(feature, level, cure));
  }

  /** Some topics are there with records, others are not there at all. */
  static WeakTopicException ofMissing(Collection<String> missing, Collection<String> withRecords) {
    return new WeakTopicException(
        "mail topics %s are missing while %s have records: restore them from a backup of Kafka,"
                .formatted(String.join(", ", missing), String.join(", ", withRecords))
            + " or give up their records and make them empty (postern set-up log --make-missing-topics)");
  }
}
