package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a test lacks on this machine, so that it does not run: a line on standard output, and one in
 * {@code target/not-run} of the module, {@code CLASS<TAB>what}, which {@code ./test} counts. Where
 * {@value #ALL_PROGRAMS} is set in the environment, a missing program fails the test. Any thread.
 */
public final class NotRun {
  static final String ALL_PROGRAMS = "POSTERN_ALL_PROGRAMS";

  private static final Path RECORD = Path.of("target", "not-run");

  /** A class with several tests is a line. */
  private static final Set<String> RECORDED = ConcurrentHashMap.newKeySet();

  private NotRun() {}

  /** A program that others wrote, which {@code .ci/run} installs. */
  public static void program(Class<?> test, String program) {
    needed(test, "program " + program + " is missing");
  }

  /** The same for a right or another property of the machine. */
  public static void needed(Class<?> test, String what) {
    record(RECORD, test, what, System.getenv().getOrDefault(ALL_PROGRAMS, ""));
  }

  /** Data that others made: the project passes without it, and so does the test. */
  public static void data(Class<?> test, Path missing) {
    record(RECORD, test, "no data in " + missing, "");
  }

  static void record(Path file, Class<?> test, String what, String allPrograms) {
    String line = test.getName() + "\t" + what + "\n";
    if (RECORDED.add(line)) {
      System.out.println("Not run: " + test.getSimpleName() + ": " + what);
      append(file, line);
    }
    if (!allPrograms.isEmpty()) {
      throw new AssertionError(
          test.getSimpleName() + ": " + what + ", and " + ALL_PROGRAMS + " is set");
    }
  }

  private static void append(Path file, String line) {
    try {
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
