package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.lab.NotRun;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * G1 to the metal: before a sender hears 250, the kernel has told the broker that content and
 * envelope are on the disk, in this order. Seen by strace, where it is installed and may look.
 */
class FlushBeforeAnswerTest {
  private static final int MESSAGES = 25;

  /** A message that was taken; microseconds of the system's clock around its answer. */
  private record Taken(QueueId queueId, long begun, long answered) {}

  @TestFactory
  Stream<DynamicTest> withStrace(@TempDir Path folder) {
    if (!usable()) {
      NotRun.program(FlushBeforeAnswerTest.class, "strace"); // or it may not look
      return Stream.empty();
    }
    return Stream.of(
        DynamicTest.dynamicTest("G1: fsync before 250", () -> fsyncStandsBefore250(folder)));
  }

  private static boolean usable() {
    try {
      Process strace =
          new ProcessBuilder("strace", "-o", "/dev/null", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return strace.waitFor(10, TimeUnit.SECONDS) && strace.exitValue() == 0;
    } catch (IOException e) {
      return false; // not installed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void fsyncStandsBefore250(Path folder) throws Exception {
    TestStack stack = TestStack.shared();
    try (TestOrganization organization = stack.organization("flush").apply()) {
      List<Taken> taken = new ArrayList<>();
      Path output = folder.resolve("strace");
      try (Strace strace = new Strace(stack.processes().brokers().broker(1).pid(), output)) {
        strace.awaitAttached();
        for (int i = 0; i < MESSAGES; i++) {
          taken.add(send(organization, i));
        }
      }
      List<Flushes.Flush> flushes = Flushes.read(output);
      assertThat(flushes).isNotEmpty();
      for (Taken message : taken) {
        int partition = message.queueId().partition();
        long content = ended(flushes, Topics.MAIL_CONTENT, partition, message.begun());
        long envelope = ended(flushes, Topics.MAIL_ACCEPTED, partition, content);
        assertThat(envelope)
            .as("envelope of " + message + " on the disk, its content before it")
            .isLessThan(message.answered());
      }
    }
  }

  /** When the first flush of the partition that began after then has ended. */
  private static long ended(
      List<Flushes.Flush> flushes, String topic, int partition, long afterMicros) {
    return flushes.stream()
        .filter(flush -> flush.path().contains("/" + topic + "-" + partition + "/"))
        .filter(flush -> flush.path().endsWith(".log") && flush.began() >= afterMicros)
        .mapToLong(Flushes.Flush::ended)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no flush of " + topic + "-" + partition));
  }

  private static Taken send(TestOrganization organization, int number) throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      long begun = Flushes.now();
      Reply reply =
          client.send(
              "someone@stranger.example",
              List.of("anna@" + organization.domain()),
              Messages.small("flush " + number));
      long answered = Flushes.now();
      return new Taken(TestOrganization.queueId(reply), begun, answered);
    }
  }

  /** Looks at a process's flushes until it is closed. */
  private static final class Strace implements AutoCloseable {
    private final Process process;
    private final Path said;

    Strace(long pid, Path output) throws IOException {
      said = output.resolveSibling("said");
      process =
          new ProcessBuilder(
                  "strace",
                  "-f",
                  "-y",
                  "-ttt",
                  "-T",
                  "-e",
                  "trace=fsync,fdatasync",
                  "-o",
                  output.toString(),
                  "-p",
                  Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
    }

    void awaitAttached() {
      Awaitility.await("strace")
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.readString(said).contains("attached"));
    }

    @Override
    public void close() throws Exception {
      process.destroy(); // it lets go of the broker, which goes on
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
