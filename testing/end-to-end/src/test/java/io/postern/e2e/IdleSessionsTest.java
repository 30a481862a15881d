package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.TlsVersion;
import io.postern.smtp.Reply;
import io.postern.smtp.ReplyParser;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.transport.SmtpConnection;
import io.postern.transport.TlsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand clients that keep a TLS session open and say nothing. They cost memory and no
 * thread: one ingress holds them within 1 GiB, answers each, and takes mail beside them. {@code
 * -De2e.idle=2000} for fewer.
 */
class IdleSessionsTest {
  private static final int SESSIONS = Integer.getInteger("e2e.idle", 10_000);
  private static final long MEMORY = 1L << 30;

  /** Of one address, as many as the default allows. */
  private static final int SESSIONS_PER_ADDRESS = 100;

  /** Sessions of which fewer than four fifths are taken: from there on clients get less time. */
  private static final int ROOM = SESSIONS * 5 / 4 + 100;

  private static final int AT_ONCE = 32;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Test
  void tenThousandIdleTlsSessionsFitIntoOneGibibyteAndMailGoesOn() throws Exception {
    Processes processes =
        Processes.of(Size.SMALL)
            .flags(Service.INGRESS, List.of("-Xmx384m", "-XX:MaxDirectMemorySize=192m"))
            .settings(
                Service.INGRESS,
                Map.of(
                    "postern.ingress.max-connections",
                    Integer.toString(ROOM),
                    // Longer than the test takes on a busy machine.
                    "postern.ingress.idle-timeout",
                    "30m",
                    "postern.ingress.session-lifetime",
                    "1h",
                    "postern.ingress.message-deadline",
                    "1h"));
    try (TestStack stack = TestStack.start(processes);
        TestOrganization organization = stack.organization("idle").apply();
        TlsClient tls = new TlsClient(null, TlsVersion.TLS_1_3)) {
      String recipient = "anna@" + organization.domain();
      assertThat(organization.outcome(relayed(organization, recipient, "before"), recipient))
          .startsWith("delivered");
      long before = memory(stack, "VmRSS");

      List<SmtpConnection> sessions = new ArrayList<>();
      try {
        long begun = System.nanoTime();
        sessions.addAll(each(SESSIONS, number -> open(stack.smtpPort(), number, tls)));
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        long idle = memory(stack, "VmRSS");
        System.out.printf(
            "%d idle TLS sessions opened in %d s: ingress has %d MiB, had %d before, %.1f KiB a session%n",
            SESSIONS,
            took.toSeconds(),
            idle >> 20,
            before >> 20,
            (idle - before) / 1024.0 / SESSIONS);

        assertThat(organization.outcome(relayed(organization, recipient, "beside"), recipient))
            .startsWith("delivered");
        assertThat(each(SESSIONS, number -> say(sessions.get(number), "NOOP").code()))
            .as("each session is still there")
            .containsOnly(250);
        assertThat(each(SESSIONS, number -> say(sessions.get(number), "QUIT").code()))
            .containsOnly(221);
        assertThat(memory(stack, "VmHWM")).as("peak of ingress, octets").isLessThan(MEMORY);
      } finally {
        sessions.forEach(SmtpConnection::close);
      }
      assertThat(organization.mailbox().messages()).hasSize(2);
    }
  }

  private static QueueId relayed(TestOrganization organization, String recipient, String subject)
      throws Exception {
    return organization.relayed(List.of(recipient), Messages.small(subject));
  }

  /** A session of its own, never resumed: each costs what a stranger's costs. */
  private static SmtpConnection open(int port, int number, TlsClient tls) throws IOException {
    int address = number / SESSIONS_PER_ADDRESS;
    SmtpConnection connection =
        SmtpConnection.connect(
            new InetSocketAddress("127.0.0.1", port),
            InetAddress.getByAddress(new byte[] {127, 1, (byte) address, 1}),
            PATIENCE);
    try {
      connection.readTimeout(PATIENCE);
      assertThat(reply(connection).code()).isEqualTo(220);
      assertThat(say(connection, "EHLO client.example").code()).isEqualTo(250);
      assertThat(say(connection, "STARTTLS").code()).isEqualTo(220);
      connection.startTls(tls, "", false, "session " + number);
      assertThat(say(connection, "EHLO client.example").code()).isEqualTo(250);
      return connection;
    } catch (IOException | AssertionError failed) {
      connection.close();
      throw failed;
    }
  }

  private static Reply say(SmtpConnection connection, String line) throws IOException {
    connection.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    connection.flush();
    return reply(connection);
  }

  private static Reply reply(SmtpConnection connection) throws IOException {
    ReplyParser parser = new ReplyParser();
    try {
      Reply reply = null;
      while (reply == null) {
        reply = parser.line(connection.readLine(1_000));
      }
      return reply;
    } catch (SmtpSyntaxException malformed) {
      throw new IOException("no SMTP reply: " + malformed.getMessage(), malformed);
    }
  }

  /** What is done with one session, by its number. */
  private interface Step<T> {
    T with(int number) throws IOException;
  }

  private static <T> List<T> each(int count, Step<T> step) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Callable<T>> steps = new ArrayList<>(count);
      for (int number = 0; number < count; number++) {
        int its = number;
        steps.add(() -> step.with(its));
      }
      List<T> results = new ArrayList<>(count);
      for (Future<T> result : threads.invokeAll(steps)) {
        results.add(result.get());
      }
      return results;
    }
  }

  /** A line of the process' memory as the kernel counts it, in octets. */
  private static long memory(TestStack stack, String line) throws IOException {
    long pid = stack.processes().process(Service.INGRESS).pid();
    for (String each : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (each.startsWith(line + ":")) {
        return Long.parseLong(each.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("no line " + line + " in the status of process " + pid);
  }
}
