package io.postern.operator.audit;

import io.postern.contracts.QueueId;
import org.jspecify.annotations.Nullable;

/** The accepted messages that were written because of another one. The fold's thread. */
final class Dsns {
  final IdTable causes = new IdTable();
  private int size;
  private int[] messages = new int[64];
  private int[] causeNumbers = new int[64];

  /**
   * @param cause null: it names none
   */
  void add(int message, @Nullable QueueId cause) {
    messages = Columns.grown(messages, size);
    causeNumbers = Columns.grown(causeNumbers, size);
    messages[size] = message;
    causeNumbers[size] = cause == null ? -1 : causes.number(cause);
    size++;
  }

  int size() {
    return size;
  }

  int message(int dsn) {
    return messages[dsn];
  }

  /** Its number in {@link #causes}; -1: it names no cause. */
  int cause(int dsn) {
    return causeNumbers[dsn];
  }
}
