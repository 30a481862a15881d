package io.postern.stack.audit;

/**
 * What is known of recipients that were not done with their first attempt: the schedule's latest
 * entry and the last attempt asked for. 25 bytes each. The fold's thread.
 */
final class Later {
  private int size = 1;
  byte[] state = new byte[64];
  int[] attempt = new int[64];
  long[] due = new long[64];

  /** The last attempt that the scheduler asked for. */
  int[] askedFor = new int[64];

  /** The attempt whose outcome ended it. */
  int[] endedBy = new int[64];

  int add() {
    int number = size++;
    state = Columns.grown(state, number);
    attempt = Columns.grown(attempt, number);
    due = Columns.grown(due, number);
    askedFor = Columns.grown(askedFor, number);
    endedBy = Columns.grown(endedBy, number);
    return number;
  }
}
