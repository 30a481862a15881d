package io.postern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/** The end of a program that is run by hand for minutes or hours. Stateless. */
public final class LongRun {
  private LongRun() {}

  /** Ends this program, with exit code 2, when it has not ended in time. */
  public static void endAfter(Duration limit) {
    Thread.ofPlatform()
        .daemon()
        .name("limit")
        .start(
            () -> {
              try {
                Thread.sleep(limit);
                System.err.println("not ended after " + limit);
                System.exit(2);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** A stack that does not stop hides no result. */
  public static void closeQuietly(AutoCloseable world) {
    try {
      world.close();
    } catch (Exception e) {
      System.err.println("stopping the stack: " + e);
    }
  }

  /** Keeps the folder of a run that was not good. */
  public static void remove(Path folder, boolean good) throws IOException {
    if (!good || Boolean.getBoolean("postern.keep")) {
      System.out.println("kept: " + folder);
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
