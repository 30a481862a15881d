package io.postern.delivery.attempt;

/**
 * The time that a delivery has spent in each phase; of several hosts and transactions the sum. One
 * phase runs at a time. Owner: the delivery's thread.
 */
public final class PhaseClock {
  private static final Phase[] PHASES = Phase.values();

  private final long[] nanos = new long[PHASES.length];
  private int running = -1;
  private long since;

  /** The phase begins, and the one that ran ends. */
  public void begin(Phase phase) {
    end();
    running = phase.ordinal();
  }

  /** The phase that runs ends. */
  public void end() {
    long now = System.nanoTime();
    if (running >= 0) {
      nanos[running] += now - since;
    }
    running = -1;
    since = now;
  }

  /** Rounded, so that the mean of many short ones is right. */
  int millis(Phase phase) {
    return (int) Math.min(Integer.MAX_VALUE, (nanos[phase.ordinal()] + 500_000) / 1_000_000);
  }
}
