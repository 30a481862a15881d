package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RunningProgramTest {
  private static final int INTERRUPTED = 130;

  /** Runs until it is ended. */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] args) throws InterruptedException {
      System.out.println("running");
      TimeUnit.MINUTES.sleep(2);
    }
  }

  /** Starts and interrupts another, and prints how that ended. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws Exception {
      try (RunningProgram program = RunningProgram.start(Sleeper.class, List.of())) {
        Awaitility.await().until(() -> program.output().contains("running"));
        program.interrupt();
        System.out.println(program.end());
      }
    }
  }

  /** A shell's background job ignores SIGINT, and so do all that it starts. */
  @Test
  void aProgramOfABackgroundJobCanBeInterrupted() throws Exception {
    Process job =
        new ProcessBuilder(
                "sh",
                "-c",
                "trap '' INT; exec \"$@\"",
                "job",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(job.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(output.strip()).isEqualTo(Integer.toString(INTERRUPTED));
  }
}
