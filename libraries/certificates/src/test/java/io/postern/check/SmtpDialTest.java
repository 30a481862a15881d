package io.postern.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.check.dial.DialResult;
import io.postern.check.dial.SmtpDial;
import io.postern.check.report.Connection.Status;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SilentPort;
import io.postern.programs.FreePorts;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mail servers that do as the table says, over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmtpDialTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Where somebody is silent. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private final LabCa ca = LabCa.create("Fabrikam");
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    open.clear();
  }

  @Test
  void theTableHasEveryStatus() {
    Set<Status> rows = EnumSet.of(Status.DNS_FAILURE, Status.BLOCKED_ADDRESS, Status.UNREACHABLE);
    rows().forEach(row -> rows.add((Status) row.get()[0]));
    assertThat(EnumSet.complementOf(EnumSet.copyOf(rows)))
        .as("the first three have a test of their own")
        .isEmpty();
  }

  private interface Answering {
    int port() throws Exception;
  }

  private ScriptedPeer.Builder peer() {
    return ScriptedPeer.named("mail.fabrikam.example")
        .identity(ca.issue(Issue.to("mail.fabrikam.example")));
  }

  private int started(ScriptedPeer.Builder builder) {
    ScriptedPeer peer = builder.start();
    open.add(peer);
    return peer.port();
  }

  private int started(SmtpHost host) {
    open.add(host);
    return host.port();
  }

  private Arguments row(Status status, String reason, Answering answering) {
    return Arguments.of(status, reason, answering);
  }

  private Stream<Arguments> rows() {
    String ehlo = "250-mail.example\r\n250 STARTTLS\r\n";
    return Stream.of(
        row(Status.OK, "", () -> started(peer())),
        row(Status.OK, "", () -> started(peer().protocols("TLSv1.2"))),
        row(Status.REFUSED, "refused", FreePorts::next),
        row(
            Status.SILENT,
            "had no response",
            () -> {
              SilentPort silent = new SilentPort();
              open.add(silent);
              return silent.port();
            }),
        row(
            Status.TIMED_OUT,
            "in time",
            () -> started(peer().on(PeerStage.BANNER, PeerStep.hang()))),
        row(
            Status.TIMED_OUT,
            "in time",
            () -> started(SmtpHost.saying("220 x\r\n", ehlo, "220 go\r\n"))),
        row(
            Status.TIMED_OUT,
            "in time",
            () ->
                started(
                    new SmtpHost(
                        socket -> {
                          SmtpHost.say(socket, "220 x\r\n");
                          SmtpHost.line(socket);
                          for (int i = 0; i < 1000; i++) {
                            SmtpHost.say(socket, "2");
                            Thread.sleep(100); // drips
                          }
                        }))),
        row(
            Status.DISCONNECTED,
            "closed",
            () -> started(peer().on(PeerStage.EHLO, PeerStep.drop()))),
        row(
            Status.NOT_SMTP,
            "does not speak SMTP",
            () -> started(SmtpHost.saying("HTTP/1.1 400 Bad\r\n"))),
        row(
            Status.NOT_SMTP,
            "a line without an end",
            () -> started(SmtpHost.saying("220 " + "x".repeat(100_000)))),
        row(
            Status.NOT_SMTP,
            "too long",
            () -> started(SmtpHost.saying("220-x\r\n".repeat(10_000)))),
        row(
            Status.SMTP_REFUSED,
            "greets",
            () -> started(peer().on(PeerStage.BANNER, PeerStep.answer(554, "5.7.1", "go away")))),
        row(
            Status.SMTP_REFUSED,
            "EHLO",
            () -> started(peer().on(PeerStage.EHLO, PeerStep.answer(550, "5.7.1", "no")))),
        row(
            Status.STARTTLS_NOT_OFFERED,
            "does not offer",
            () -> started(peer().offerStartTls(false))),
        row(
            Status.STARTTLS_REFUSED,
            "refuses STARTTLS",
            () -> started(peer().on(PeerStage.STARTTLS, PeerStep.answer(454, "4.7.0", "not now")))),
        row(Status.HANDSHAKE_FAILED, "no TLS handshake", () -> started(peer().failHandshake())),
        row(
            Status.HANDSHAKE_FAILED,
            "no TLS handshake",
            () -> started(SmtpHost.saying("220 x\r\n", ehlo, "220 go\r\n250 more\r\n"))),
        row(
            Status.HANDSHAKE_FAILED,
            "no TLS handshake",
            () ->
                started(
                    ScriptedPeer.named("old.example")
                        .identity(ca.issue(Issue.to("old.example").withRsaKey()))
                        .protocols("TLSv1.1"))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("rows")
  void tells(Status status, String reason, Answering answering) throws Exception {
    int port = answering.port();
    Duration patience =
        switch (status) {
          case SILENT, TIMED_OUT -> SHORT;
          default -> PATIENCE;
        };
    long began = System.nanoTime();
    DialResult dialled = dial("127.0.0.1", port, true, patience);
    assertThat(dialled.connection().status()).as(dialled.connection().toString()).isEqualTo(status);
    assertThat(dialled.connection().reason()).contains(reason);
    assertThat(dialled.chain()).hasSize(status == Status.OK ? 2 : 0);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
  }

  private static DialResult dial(String host, int port, boolean privateToo) throws Exception {
    return dial(host, port, privateToo, PATIENCE);
  }

  private static DialResult dial(String host, int port, boolean privateToo, Duration patience)
      throws Exception {
    try (SmtpDial dial = new SmtpDial(patience, privateToo)) {
      return dial.dial(host, port);
    }
  }

  @Test
  void tellsTheReplyThatRefusedAndTheTlsThatWasAgreed() throws Exception {
    int refusing =
        started(
            peer().on(PeerStage.STARTTLS, PeerStep.answer(454, "4.7.0", "TLS is \u001b[31m down")));
    assertThat(dial("127.0.0.1", refusing, true).connection().reply())
        .isEqualTo("454 4.7.0 TLS is ?[31m down");
    DialResult good = dial("localhost", started(peer()), true);
    assertThat(good.connection().protocol()).isEqualTo("TLSv1.3");
    assertThat(good.connection().cipherSuite()).startsWith("TLS_AES_");
    assertThat(good.connection().addresses()).contains("127.0.0.1");
    assertThat(good.stapled()).isEmpty();
    assertThat(good.chain().getFirst()).isNotEqualTo(ca.intermediate().getEncoded());
  }

  @Test
  void namesThatDoNotResolveAndPrivateAddressesAreNotDialled() throws Exception {
    DialResult nowhere = dial("a".repeat(64) + ".example", 25, true);
    assertThat(nowhere.connection().status()).isEqualTo(Status.DNS_FAILURE);
    ScriptedPeer peer = peer().start();
    open.add(peer);
    DialResult blocked = dial("localhost", peer.port(), false);
    assertThat(blocked.connection().status()).isEqualTo(Status.BLOCKED_ADDRESS);
    assertThat(peer.sessions()).isEmpty();
    DialResult noWay = dial("255.255.255.255", 25, true);
    assertThat(noWay.connection().status()).isEqualTo(Status.UNREACHABLE);
  }

  @Test
  void recordsAStapledAnswer() throws Exception {
    LabCa publishing = LabCa.create("Stapling");
    int responder =
        started(
            new SmtpHost(
                socket -> {
                  // RFC 6960 §A.1: the request stands in the path.
                  String path = SmtpHost.line(socket).split(" ", 3)[1].substring(1);
                  byte[] answer =
                      publishing.ocsp(
                          Base64.getDecoder()
                              .decode(URLDecoder.decode(path, StandardCharsets.US_ASCII)));
                  SmtpHost.say(
                      socket,
                      "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n"
                          + ("Content-Length: " + answer.length + "\r\n\r\n"));
                  socket.getOutputStream().write(answer);
                }));
    Identity identity =
        publishing.issue(
            Issue.to("mail.stapling.example").withResponder("http://127.0.0.1:" + responder));
    SSLContext tls = stapling(identity);
    int port =
        started(
            new SmtpHost(
                socket -> {
                  SmtpHost.say(socket, "220 x\r\n");
                  SmtpHost.line(socket);
                  SmtpHost.say(socket, "250-x\r\n250 STARTTLS\r\n");
                  SmtpHost.line(socket);
                  SmtpHost.say(socket, "220 go\r\n");
                  try (SSLSocket secure =
                      (SSLSocket) tls.getSocketFactory().createSocket(socket, null, true)) {
                    secure.startHandshake();
                    SmtpHost.line(secure);
                  }
                }));
    DialResult dialled = dial("127.0.0.1", port, true);
    assertThat(dialled.connection().stapled()).as(dialled.connection().toString()).isTrue();
    assertThat(new org.bouncycastle.cert.ocsp.OCSPResp(dialled.stapled()).getStatus()).isZero();
  }

  // The JDK's own server staples when it is told to; it asks the responder by itself.
  private static SSLContext stapling(Identity identity) throws Exception {
    String key = "jdk.tls.server.enableStatusRequestExtension";
    System.setProperty(key, "true");
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "x", identity.key(), new char[0], identity.chain().toArray(Certificate[]::new));
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, new char[0]);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(keys.getKeyManagers(), null, null);
      return tls;
    } finally {
      System.clearProperty(key);
    }
  }
}
