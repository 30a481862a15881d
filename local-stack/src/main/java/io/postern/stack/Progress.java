package io.postern.stack;

import java.time.Duration;

/** One line a step, with the time it took, on standard output. Thread rules: any thread. */
public final class Progress {
  private long since = System.nanoTime();
  private final long start = since;

  /** Says that a step is done and how long it took. */
  public synchronized void done(String step) {
    long now = System.nanoTime();
    System.out.printf("postern: %s (%.1f s)%n", step, (now - since) / 1e9);
    System.out.flush();
    since = now;
  }

  /** Says something without timing it. */
  public synchronized void say(String line) {
    System.out.println("postern: " + line);
    System.out.flush();
  }

  public Duration sinceStart() {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
