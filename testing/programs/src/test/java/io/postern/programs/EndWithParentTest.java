package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small programs as child processes, as the local stack runs its programs. */
class EndWithParentTest {
  @TempDir Path folder;

  /** Says its arguments, waits without end, and writes a file when it is ended in order. */
  static final class Waiting {
    private Waiting() {}

    public static void main(String[] args) throws Exception {
      Path ended = Path.of(args[0]);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      Files.createFile(ended);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }));
      System.out.println(String.join(" ", args));
      new CountDownLatch(1).await();
    }
  }

  /** Its hook never ends. */
  static final class Hanging {
    private Hanging() {}

    public static void main(String[] args) {
      Runtime.getRuntime().addShutdownHook(new Thread(Hanging::forever));
      System.out.println("hangs");
      forever();
    }

    private static void forever() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Does its work and returns, or throws. */
  static final class Brief {
    private Brief() {}

    public static void main(String[] args) {
      if (args.length > 0) {
        throw new IllegalArgumentException("option " + args[0] + " is unknown");
      }
    }
  }

  @Test
  void aProgramRunsWithItsArgumentsAndEndsInOrderWhenThePipeCloses() throws Exception {
    Path ended = folder.resolve("ended");
    Process child = run(Waiting.class.getName(), ended.toString(), "second", "third one");
    try {
      assertThat(child.inputReader().readLine()).isEqualTo(ended + " second third one");
      assertThat(ended).doesNotExist();
      child.getOutputStream().close();
      assertThat(child.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(EndWithParent.EXIT_CODE);
      assertThat(ended).exists();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void aProgramWhoseEndHangsIsHalted() throws Exception {
    Process child = run(Hanging.class.getName());
    try {
      assertThat(child.inputReader().readLine()).isEqualTo("hangs");
      long start = System.nanoTime();
      child.getOutputStream().close();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(System.nanoTime() - start).isGreaterThan(EndWithParent.GRACE.toNanos() / 2);
      assertThat(child.exitValue()).isEqualTo(EndWithParent.EXIT_CODE);
    } finally {
      child.destroyForcibly();
    }
  }

  /** The pipe is open all the time. */
  @Test
  void aProgramThatReturnsOrThrowsEndsAsItWouldWithout() throws Exception {
    Process returns = run(Brief.class.getName());
    Process throwing = run(Brief.class.getName(), "--nome");
    Process without = run();
    try {
      assertThat(returns.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(returns.exitValue()).isZero();
      assertThat(throwing.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(throwing.exitValue()).isEqualTo(1);
      assertThat(throwing.errorReader().readLine())
          .contains("IllegalArgumentException")
          .contains("--nome");
      assertThat(without.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(without.exitValue()).isEqualTo(2);
      assertThat(without.errorReader().readLine()).startsWith("usage: EndWithParent");
    } finally {
      returns.destroyForcibly();
      throwing.destroyForcibly();
      without.destroyForcibly();
    }
  }

  private static Process run(String... command) throws Exception {
    List<String> java =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                EndWithParent.class.getName()));
    java.addAll(List.of(command));
    return new ProcessBuilder(java).start();
  }
}
