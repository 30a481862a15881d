package io.postern.stack;

/** One line a step, with the time it took, on standard output. Thread rules: any thread. */
public final class Progress {
  private long since = System.nanoTime();

  /** Prints that a step is done, with its time. */
  public synchronized void done(String step) {
    long now = System.nanoTime();
    System.out.printf("postern: %s (%.1f s)%n", step, (now - since) / 1e9);
    System.out.flush();
    since = now;
  }

  /** Prints a line without a time. */
  public synchronized void say(String line) {
    System.out.println("postern: " + line);
    System.out.flush();
  }
}
