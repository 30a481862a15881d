package io.postern.log;

/**
 * A topic that exists is weaker than its declaration; a service must not start on it. Waiting does
 * not cure it.
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
            + ", wanted "
            + wanted
            + "; change the topic (kafka-configs or kafka-topics) or remove it while it is empty");
  }
}
