package io.postern.operator.commands;

import io.postern.operator.audit.AuditOptions;

/**
 * A progress bar on standard error; a line at each quarter where that is no terminal. Any thread.
 */
final class AuditBar implements AuditOptions.Progress, AutoCloseable {
  private static final int WIDTH = 40;
  private static final long EVERY_NANOS = 100_000_000;

  private final boolean terminal = System.console() != null && System.console().isTerminal();
  private String step = "";
  private long drawn = System.nanoTime() - EVERY_NANOS;
  private int quarter = -1;
  private boolean open;

  @Override
  public synchronized void at(String now, long done, long all) {
    long nanos = System.nanoTime();
    boolean whole = done >= all;
    boolean another = !now.equals(step);
    if (another) {
      step = now;
      quarter = -1;
    }
    double part = all <= 0 ? 1 : Math.clamp((double) done / all, 0, 1);
    if (terminal) {
      if (another || whole || nanos - drawn > EVERY_NANOS) {
        drawn = nanos;
        open = true;
        int full = (int) (part * WIDTH);
        System.err.print(
            "\r\u001b[K[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + percent(part));
        System.err.flush();
      }
    } else if ((int) (part * 4) > quarter) {
      quarter = (int) (part * 4);
      System.err.println("postern: audit: " + percent(part));
    }
  }

  private String percent(double part) {
    return (int) (part * 100) + " % " + step;
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      System.err.println();
    }
  }
}
