package io.postern.stack.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.channel.nio.NioEventLoopGroup;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.SmtpClient;
import io.postern.programs.FreePorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Load straight into the sink: both count the same. */
final class LoadAndSinkTest {
  private static final Duration TIME = Duration.ofSeconds(30);

  private final NioEventLoopGroup group = Transport.group("load");
  private final InetSocketAddress mail = address(FreePorts.next());
  private final InetSocketAddress control = address(FreePorts.next());
  private final SinkClient client =
      new SinkClient(URI.create("http://127.0.0.1:" + control.getPort()));

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private Sink sink(@Nullable Identity identity, boolean chunking, int delay) throws Exception {
    Sink sink = new Sink(identity, chunking, delay);
    sink.listen(mail);
    sink.control(control);
    return sink;
  }

  private static Identity identity() {
    return LabCa.create("sink").issue(Issue.to("sink.test"));
  }

  private LoadOptions options(boolean tls, boolean pipelining, boolean chunking) {
    return options(List.of(mail), tls, pipelining, chunking);
  }

  private static LoadOptions options(
      List<InetSocketAddress> relays, boolean tls, boolean pipelining, boolean chunking) {
    return new LoadOptions(
        relays, tls, pipelining, chunking, 3, 4, 5_000, 50, TIME, 0, List.of("a.example"), TIME);
  }

  @ParameterizedTest
  @CsvSource({"true, true, false", "true, true, true", "false, false, false", "false, false, true"})
  void eachMessageArrivesOnceAndWhole(boolean tls, boolean pipelining, boolean chunking)
      throws Exception {
    Sink sink = sink(tls ? identity() : null, chunking, 0);
    LoadResult result = LoadRun.run(options(tls, pipelining, chunking), "run1", group);
    assertThat(result.failures()).isEmpty();
    assertThat(result.accepted()).isEqualTo(50);
    Arrivals arrivals = client.arrivals("run1");
    assertThat(arrivals.count().arrived()).isEqualTo(50);
    assertThat(arrivals.count().twice()).isZero();
    assertThat(arrivals.count().damaged()).isZero();
    assertThat(arrivals.count().plain()).isEqualTo(tls ? 0 : 50);
    for (int i = 0; i < 50; i++) {
      assertThat(arrivals.times().get(i))
          .isBetween(result.begun().get(i), result.acceptedAt().get(i));
    }
    // Sessions of four; each of the three may end with fewer.
    assertThat(sink.totals())
        .contains("50 messages, 249390 octets", "of no run 0")
        .containsPattern("; 1[345] sessions")
        .containsPattern(tls ? "; 1[345] handshakes, 0 resumed" : "; 0 handshakes");
  }

  @Test
  void replicasGetSessionsInTurn() throws Exception {
    Sink one = sink(null, false, 0);
    Sink other = new Sink(null, false, 0);
    InetSocketAddress second = address(FreePorts.next());
    other.listen(second);
    LoadResult result =
        LoadRun.run(options(List.of(mail, second), false, true, false), "turns", group);
    assertThat(result.failures()).isEmpty();
    // 13 to 15 sessions of four messages.
    assertThat(one.totals()).containsPattern("; [678] sessions");
    assertThat(other.totals()).containsPattern("; [678] sessions");
  }

  @Test
  void aSteadyRateIsKept() throws Exception {
    var _ = sink(null, false, 0);
    LoadOptions options =
        new LoadOptions(
            List.of(mail),
            false,
            true,
            false,
            3,
            0,
            1_000,
            40,
            TIME,
            50,
            List.of("a.example"),
            TIME);
    LoadResult result = LoadRun.run(options, "steady", group);
    assertThat(result.accepted()).isEqualTo(40);
    long planned = result.begun().get(39) - result.begun().get(0);
    assertThat(planned).isEqualTo(39 * 20_000L);
    assertThat(result.seconds()).isGreaterThan(0.78);
  }

  @Test
  void timeEndsARunThatHasMessagesLeft() throws Exception {
    var _ = sink(null, false, 100);
    LoadResult result =
        LoadRun.run(
            options(false, true, false).messages(1_000_000, Duration.ofMillis(500)),
            "short",
            group);
    assertThat(result.failures()).isEmpty();
    // Three at once, each of 100 ms.
    assertThat(result.accepted()).isBetween(3, 18);
    assertThat(result.seconds()).isGreaterThan(0.3);
  }

  @Test
  void aMessageIsSeenTwiceAndDamaged() throws Exception {
    Sink sink = sink(null, false, 0);
    Template template = new Template("hand", 1_000);
    byte[] rest = new byte[template.rest(false).readableBytes()];
    template.rest(false).readBytes(rest);
    String content = template.field(7) + new String(rest, StandardCharsets.US_ASCII);
    send("Received: by a relay\r\n" + content);
    send(content);
    send(content.replaceAll("x\r\n$", "y\r\n"));
    send("Subject: by hand\r\n\r\nhello\r\n");
    assertThat(client.count("hand").arrived()).isEqualTo(1);
    assertThat(client.count("hand").twice()).isEqualTo(2);
    assertThat(client.count("hand").damaged()).isEqualTo(1);
    assertThat(sink.totals()).contains("4 messages", "twice 2", "damaged 1", "of no run 1");
  }

  private void send(String content) throws Exception {
    try (SmtpClient session = SmtpClient.connect("127.0.0.1", mail.getPort())) {
      var _ = session.ehlo("client.example");
      assertThat(
              session
                  .send("a@a.example", "b@b.example", content.getBytes(StandardCharsets.US_ASCII))
                  .code())
          .isEqualTo(250);
    }
  }

  @Test
  void aRelayThatOffersNoTlsGetsNothing() throws Exception {
    var _ = sink(null, false, 0);
    LoadResult result =
        LoadRun.run(options(true, true, false).messages(50, Duration.ofMillis(300)), "tls", group);
    assertThat(result.accepted()).isZero();
    assertThat(result.failures()).containsOnlyKeys("no STARTTLS");
    assertThat(client.count("tls").arrived()).isZero();
  }

  @Test
  void otherMachinesAreNotTalkedTo() {
    assertThatIllegalArgumentException().isThrownBy(() -> Transport.loopback("192.0.2.1", 25));
  }
}
