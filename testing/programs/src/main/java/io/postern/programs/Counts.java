package io.postern.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a run of the tests starts: a line for each broker, stack and database, appended to the file
 * that the environment variable {@code POSTERN_COUNTS} names. ./test compares the sums with
 * testing/costs. Any thread, any process.
 */
public final class Counts {
  private static final String FILE = System.getenv().getOrDefault("POSTERN_COUNTS", "");

  private Counts() {}

  /** Without the variable this does nothing. */
  public static void add(String what) {
    if (FILE.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          Path.of(FILE), what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
