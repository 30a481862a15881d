package io.postern.lab.clock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The time that a JVM is shown, ahead of the machine's by what a file says. Any thread. */
public final class ShownTime {
  private static final Duration LOOK = Duration.ofMillis(50);

  private static volatile long aheadMillis;

  private ShownTime() {}

  /** Looks at the file now, and all the time from now on. */
  static void follow(Path file) {
    look(file);
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(LOOK);
                  look(file);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "shown-time");
    thread.setDaemon(true);
    thread.start();
  }

  private static void look(Path file) {
    try {
      aheadMillis = Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      System.err.println(file + " does not say how far the clock is ahead: " + e);
      Runtime.getRuntime().halt(1);
    }
  }

  /** In place of System.currentTimeMillis. */
  public static long millis() {
    return System.currentTimeMillis() + aheadMillis;
  }

  /** In place of what the finer clock shows. */
  public static Instant moved(Instant right) {
    return right.plusMillis(aheadMillis);
  }
}
