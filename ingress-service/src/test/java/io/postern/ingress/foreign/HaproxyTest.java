package io.postern.ingress.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.lab.NotRun;
import io.postern.programs.FreePorts;
import io.postern.rules.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * HAProxy in front of two replicas, with the configuration that docs/operations/listeners.md gives.
 */
class HaproxyTest {
  private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");
  private static final Path PAGE = Path.of("../docs/operations/listeners.md");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROW = 12;

  @TempDir Path folder;

  @TestFactory
  List<DynamicTest> haproxyNamesEachClientAndPassesAReplicaByThatTakesNoMail() {
    if (!Files.isExecutable(HAPROXY)) {
      NotRun.program(HaproxyTest.class, HAPROXY.toString());
      return List.of();
    }
    return List.of(DynamicTest.dynamicTest("haproxy", this::haproxy));
  }

  private static TestServer replica(AtomicReference<Optional<Directory>> directory)
      throws Exception {
    return TestServer.withoutLog(
        s -> {
          s.directory = directory::get;
          s.listeners = List.of(s.listener("smtp", false, List.of("127.0.0.1")));
        });
  }

  private void haproxy() throws Exception {
    int port = FreePorts.next();
    AtomicReference<Optional<Directory>> notYet = new AtomicReference<>(Optional.empty());
    try (TestServer first = replica(new AtomicReference<>(Optional.of(TestDirectory.snapshot())));
        TestServer second = replica(notYet)) {
      Process haproxy = start(port, first.port("smtp"), second.port("smtp"));
      try {
        // It begins with both, and knows of the second after its checks.
        await("all sessions are at the replica that takes mail")
            .atMost(PATIENCE)
            .until(() -> mails(port) == ROW);
        clientIsNamed(port, first);

        notYet.set(Optional.of(TestDirectory.snapshot()));
        double before = sessions(second);
        await("the second replica has its part")
            .atMost(PATIENCE)
            .until(() -> mails(port) == ROW && sessions(second) > before);
      } finally {
        haproxy.destroy();
        assertThat(haproxy.waitFor(20, TimeUnit.SECONDS)).as("HAProxy ends").isTrue();
      }
    }
  }

  /** How many of a row of sessions at once get 250 to MAIL. */
  private static int mails(int port) throws IOException {
    RawClient[] row = new RawClient[ROW];
    int taken = 0;
    try {
      for (int i = 0; i < ROW; i++) {
        row[i] = RawClient.greeted(port);
      }
      for (RawClient client : row) {
        taken += client.command("MAIL FROM:<a@stranger.example>").startsWith("250") ? 1 : 0;
      }
      return taken;
    } catch (IOException busy) { // it is not there yet, or has no replica
      return 0;
    } finally {
      for (RawClient client : row) {
        if (client != null) {
          client.close();
        }
      }
    }
  }

  private static double sessions(TestServer replica) {
    return replica.count("postern.ingress.connections", "result", "accepted");
  }

  /** Its address and its TLS are its own, not the balancer's. */
  private static void clientIsNamed(int port, TestServer replica) throws Exception {
    try (RawClient client = RawClient.greetedFrom("127.0.0.5", port)) {
      client.startTls(TestServer.IDENTITY);
      assertThat(client.command("EHLO client.example")).contains("greets 127.0.0.5");
      client.command("MAIL FROM:<a@stranger.example>", "250");
      client.command("RCPT TO:<x@nowhere.example>", "550 5.7.64");
    }
    await().atMost(PATIENCE).until(() -> !replica.refusals.isEmpty());
    MessageRefused refusal = replica.refusals.getFirst();
    assertThat(refusal.getSession().getClientIp()).isEqualTo("127.0.0.5");
    assertThat(refusal.getSession().getProxiedBy()).isEqualTo("127.0.0.1");
    assertThat(refusal.getSession().getTls()).isTrue();
  }

  /** The page's configuration with ports of this test and checks in quick succession. */
  private Process start(int port, int first, int second) throws IOException {
    String page = Files.readString(PAGE);
    String configuration =
        page.substring(page.indexOf("    defaults\n"), page.indexOf("\n\n- Time-outs of the"))
            .lines()
            .filter(line -> !line.contains("bind :::25"))
            .collect(Collectors.joining("\n", "", "\n"));
    for (List<String> change :
        List.of(
            List.of("bind :25", "bind 127.0.0.1:" + port),
            List.of("10.0.0.11:2525", "127.0.0.1:" + first),
            List.of("10.0.0.12:2525", "127.0.0.1:" + second),
            List.of("inter 5s", "inter 200ms"))) {
      assertThat(configuration).contains(change.getFirst());
      configuration = configuration.replace(change.getFirst(), change.getLast());
    }
    Path file = Files.writeString(folder.resolve("haproxy.cfg"), configuration);
    return new ProcessBuilder("timeout", "240", HAPROXY.toString(), "-db", "-f", file.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("haproxy.log").toFile())
        .start();
  }
}
