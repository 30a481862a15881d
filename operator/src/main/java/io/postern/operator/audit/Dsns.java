package io.postern.operator.audit;

/** The accepted messages that were written because of another one. The fold's thread. */
final class Dsns {
  private int size;
  private int[] messages = new int[64];
  private long[] causeTimes = new long[64];
  private long[] causeRandoms = new long[64];

  /**
   * @param cause null: it names none
   */
  void add(int message, @org.jspecify.annotations.Nullable PackedId cause) {
    messages = Columns.grown(messages, size);
    causeTimes = Columns.grown(causeTimes, size);
    causeRandoms = Columns.grown(causeRandoms, size);
    messages[size] = message;
    causeTimes[size] = cause == null ? -1 : cause.time;
    causeRandoms[size] = cause == null ? -1 : cause.random;
    size++;
  }

  int size() {
    return size;
  }

  int message(int dsn) {
    return messages[dsn];
  }

  /** -1: it names no cause. */
  long causeTime(int dsn) {
    return causeTimes[dsn];
  }

  long causeRandom(int dsn) {
    return causeRandoms[dsn];
  }
}
