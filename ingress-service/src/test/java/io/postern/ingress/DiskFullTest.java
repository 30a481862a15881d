package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.LogSpace;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * G1, G7: the log's disk fills while mail flows. On a small disk of its own where the test may
 * mount one, as root does; elsewhere the mark is held above the free bytes.
 */
@Timeout(300)
class DiskFullTest {
  private static final long MIB = 1 << 20;
  private static final int DISK_MIB = 400;
  private static final String MESSAGE =
      "Subject: large\r\n\r\n" + ("x".repeat(998) + "\r\n").repeat(1_000);

  private @TempDir Path folder;
  private KafkaBroker broker;
  private LogSpace space;
  private TestServer server;
  private LogSettings settings;
  private boolean mounted;
  private volatile long held;

  @BeforeEach
  void start() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("broker"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "tmpfs", disk.toString());
    broker = KafkaBroker.start(disk, p -> {});
    settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    LongUnaryOperator usual = LogSpace.mark(2L << 30, 5);
    space = new LogSpace(settings, mounted ? usual : total -> held);
    space.start();
    server = TestServer.on(broker.bootstrap(), s -> s.space = space::state);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    space.close();
    broker.close();
    if (mounted) {
      assertThat(run("umount", folder.resolve("broker").toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  /** The last reply to one message. */
  private String send() throws Exception {
    try (RawClient client = server.greeted()) {
      String reply = client.command("MAIL FROM:<a@sender.example>");
      for (String next : new String[] {"RCPT TO:<b@contoso.example>", "DATA"}) {
        reply = reply.startsWith("250") ? client.command(next) : reply;
      }
      return reply.startsWith("354") ? client.raw(MESSAGE + ".\r\n").reply() : reply;
    }
  }

  @Test
  void G1_mail_is_refused_before_the_disk_is_full_and_taken_again_when_there_is_room()
      throws Exception {
    Set<String> accepted = new HashSet<>();
    Path ballast = folder.resolve("broker").resolve("ballast");
    if (mounted) { // 40 MiB above the mark, which is a quarter of so small a disk
      try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
        byte[] mib = new byte[(int) MIB];
        while (Files.getFileStore(ballast).getUsableSpace() > (DISK_MIB / 4 + 40) * MIB) {
          file.write(mib);
        }
      }
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> space.reading().unknown().isEmpty());

    String reply = send();
    while (reply.startsWith("250")) {
      accepted.add(reply.substring(reply.lastIndexOf(' ') + 1));
      held = accepted.size() < 10 ? 0 : Long.MAX_VALUE / 8;
      // So small a disk fills between two looks that a busy machine makes late.
      LogSpace.Reading before = space.reading();
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> space.reading() != before);
      reply = send();
    }
    assertThat(reply).startsWith("452 4.3.1 Insufficient system storage");
    assertThat(accepted.size()).isGreaterThanOrEqualTo(10);
    assertThat(broker.isAlive()).isTrue();
    if (mounted) {
      assertThat(Files.getFileStore(ballast).getUsableSpace()).isGreaterThan(DISK_MIB / 8 * MIB);
    }
    assertThat(send()).startsWith("452 4.3.1");

    held = 0;
    Files.deleteIfExists(ballast);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> space.state() == LogSpace.State.OPEN);
    reply = send();
    assertThat(reply).startsWith("250");
    accepted.add(reply.substring(reply.lastIndexOf(' ') + 1));
    try (AcceptedLog log = new AcceptedLog(settings)) {
      assertThat(log.read().keySet()).containsAll(accepted);
      for (String id : accepted) {
        assertThat(log.content(log.of(id)).length).isGreaterThan(1_000_000);
      }
    }
  }

  /** A message that began before stays within the room that is left. */
  @Test
  void below_half_of_the_mark_a_message_under_way_is_refused_as_well() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      if (mounted) {
        Path ballast = folder.resolve("broker").resolve("ballast");
        try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
          byte[] mib = new byte[(int) MIB];
          while (Files.getFileStore(ballast).getUsableSpace() > (DISK_MIB / 8 - 5) * MIB) {
            file.write(mib);
          }
        }
      } else {
        held = Long.MAX_VALUE / 8;
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> space.state() == LogSpace.State.CRITICAL);
      client.raw(MESSAGE + ".\r\n");
      client.expect("452 4.3.1 Insufficient system storage");
      client.command("MAIL FROM:<a@sender.example>", "452 4.3.1");
    }
  }
}
