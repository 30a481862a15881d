package io.postern.operator.audit;

/**
 * State of recipients that were not done with their first attempt: the schedule's latest entry, and
 * the attempts that the scheduler ended. 29 bytes each. The fold's thread.
 */
final class Retries {
  static final int NONE = -1;

  private int size = 1;
  byte[] state = new byte[64];
  int[] attempt = new int[64];
  long[] due = new long[64];

  /** The last attempt that the scheduler asked for; 0 none. */
  int[] askedFor = new int[64];

  /** The highest attempt of a state that the scheduler wrote itself; {@link #NONE}. */
  int[] ownAttempt = new int[64];

  /** The highest attempt that delivery failed. */
  int[] failedBy = new int[64];

  /** The highest attempt that failed, and was followed by another outcome; {@link #NONE}. */
  int[] failedBefore = new int[64];

  int add() {
    int number = size++;
    state = Columns.grown(state, number);
    attempt = Columns.grown(attempt, number);
    due = Columns.grown(due, number);
    askedFor = Columns.grown(askedFor, number);
    ownAttempt = Columns.grown(ownAttempt, number);
    failedBy = Columns.grown(failedBy, number);
    failedBefore = Columns.grown(failedBefore, number);
    ownAttempt[number] = NONE;
    failedBefore[number] = NONE;
    return number;
  }

  /** Attempts up to this one are annulled, but for their delivered. */
  int annulledThrough(int number) {
    return number == 0 ? NONE : Math.max(askedFor[number] - 1, ownAttempt[number]);
  }
}
