package io.postern.operator.commands;

/**
 * A progress bar on standard error. Where that is no terminal it is a line at once and then at most
 * one in ten seconds. Any thread.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 40;
  private static final long EVERY_NANOS = 100_000_000;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final String command;
  private final boolean terminal = System.console() != null && System.console().isTerminal();
  private String step = "";
  private long drawn = System.nanoTime() - LINE_NANOS;
  private boolean open;

  /**
   * @param command its name, for the lines
   */
  public ProgressBar(String command) {
    this.command = command;
  }

  /**
   * @param now the step, a word or two
   * @param all of which so many are done; 0 or less: there is nothing to do
   */
  public synchronized void at(String now, long done, long all) {
    double part = all <= 0 ? 1 : Math.clamp((double) done / all, 0, 1);
    boolean another = !now.equals(step);
    step = now;
    long nanos = System.nanoTime();
    long since = nanos - drawn;
    if (terminal && (another || part >= 1 || since > EVERY_NANOS)) {
      drawn = nanos;
      open = true;
      int full = (int) (part * WIDTH);
      System.err.print(
          "\r\u001b[K[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + percent(part));
      System.err.flush();
    } else if (!terminal && since >= LINE_NANOS) {
      drawn = nanos;
      System.err.println("postern: " + command + ": " + percent(part));
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
