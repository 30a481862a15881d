package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;

/**
 * One recipient of one message in the schedule: {@code queue id/recipient index}, as the changelog
 * has it. Immutable.
 */
record EntryKey(QueueId queueId, int recipient) {
  EntryKey {
    if (recipient < 0) {
      throw new IllegalArgumentException("a recipient's index is 0 or more: " + recipient);
    }
  }

  static EntryKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("an entry's key is queue id/recipient index");
    }
    return new EntryKey(
        QueueId.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /** No key of the message is before it. */
  static String first(QueueId queueId) {
    return queueId.value() + "/";
  }

  /** No key of the message is behind it. */
  static String last(QueueId queueId) {
    return queueId.value() + "0"; // the character behind '/'
  }

  @Override
  public String toString() {
    return queueId.value() + "/" + recipient;
  }
}
