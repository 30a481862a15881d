package io.postern.operator.audit;

/**
 * Records that nobody had consumed when they were folded, as a list a recipient: 25 bytes each. The
 * present positions show whether one is consumed. The fold's thread.
 */
final class Items {
  static final byte DUE = 1;
  static final byte DELIVERY = 2;

  /** An outcome that the scheduler will act upon. */
  static final byte OUTCOME = 3;

  /**
   * One that creates no state: it follows "still open" (docs/design/the-log.md, "Watch and time").
   */
  static final byte OUTCOME_NO_PLACE = 4;

  /** An outcome of a Decision, that delivery has to record. */
  static final byte RECORDING = 5;

  private static final byte DONE = 6;

  private int size = 1;
  private int[] next = new int[64];
  private byte[] kinds = new byte[64];
  private int[] attempts = new int[64];
  private long[] offsets = new long[64];
  private long[] times = new long[64];

  /** In front of {@code head}; the new head. */
  int add(int head, byte kind, int attempt, long offset, long timestamp) {
    int item = size++;
    next = Columns.grown(next, item);
    kinds = Columns.grown(kinds, item);
    attempts = Columns.grown(attempts, item);
    offsets = Columns.grown(offsets, item);
    times = Columns.grown(times, item);
    next[item] = head;
    kinds[item] = kind;
    attempts[item] = attempt;
    offsets[item] = offset;
    times[item] = timestamp;
    return item;
  }

  /** 0: none. */
  int next(int item) {
    return next[item];
  }

  byte kind(int item) {
    return kinds[item];
  }

  int attempt(int item) {
    return attempts[item];
  }

  long offset(int item) {
    return offsets[item];
  }

  long timestamp(int item) {
    return times[item];
  }

  /** An outcome of this attempt counts: the delivery or the recording is done. */
  void done(int head, int attempt) {
    for (int item = head; item != 0; item = next[item]) {
      if ((kinds[item] == DELIVERY || kinds[item] == RECORDING) && attempts[item] == attempt) {
        kinds[item] = DONE;
      }
    }
  }

  boolean consumed(int item, Positions positions) {
    long offset = offsets[item];
    return switch (kinds[item]) {
      case DUE -> offset < positions.due();
      case DELIVERY, RECORDING -> offset < positions.deliveries().next();
      case DONE -> true;
      default -> offset < positions.outcomes();
    };
  }
}
