package io.postern.lab;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.smtp.Reply;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptedPeerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity SERVER = CA.issue(Issue.to("mx.example"));
  private static final Identity CLIENT = CA.issue(Issue.to("client.example").clientOnly());
  private static final Identity RSA = CA.issue(Issue.to("rsa.example").withRsaKey());
  private static final byte[] MAIL = bytes("Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n");

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void recordsEnvelopeContentAndTlsFacts(String version) throws Exception {
    try (ScriptedPeer peer = secure().start();
        SmtpClient client = client(peer)) {
      assertThat(client.banner().code()).isEqualTo(220);
      assertThat(client.ehlo("client.example").lines()).contains("STARTTLS");
      assertThat(client.startTls(CLIENT, "mx.example", List.of(version)).code()).isEqualTo(220);
      assertThat(client.ehlo("client.example").lines()).doesNotContain("STARTTLS");
      assertThat(client.serverChain()).isEqualTo(SERVER.chain());
      assertThat(client.send("a@client.example", List.of("b@mx.example", "c@mx.example"), MAIL))
          .returns(250, Reply::code);
      assertThat(client.quit().code()).isEqualTo(221);

      PeerMessage message = peer.awaitMessages(1, PATIENCE).getFirst();
      assertThat(message.from()).isEqualTo("a@client.example");
      assertThat(message.recipients()).containsExactly("b@mx.example", "c@mx.example");
      assertThat(message.content()).isEqualTo(MAIL);
      PeerTranscript session = message.session();
      assertThat(session.tlsVersion()).isEqualTo(version).isEqualTo(client.tlsVersion());
      assertThat(session.cipherSuite()).isEqualTo(client.cipherSuite()).isNotEmpty();
      assertThat(session.clientChain()).isEqualTo(CLIENT.chain());
      assertThat(session.serverName()).isEqualTo("mx.example");
      assertThat(session.plaintextCommands()).containsExactly("EHLO client.example", "STARTTLS");
      assertThat(session.commands()).contains("RCPT TO:<c@mx.example>").endsWith("QUIT");
      assertThat(session.envelopeSeen()).isTrue();
      assertThat(session.mentions("B@MX.example")).isTrue();
    }
  }

  /** Where the network cuts the flights differs from one handshake to the next. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void handshakesDoNotDependOnHowTheNetworkCutsThem(String version) throws Exception {
    try (ScriptedPeer peer = secure().start()) {
      for (int i = 0; i < 200; i++) {
        try (SmtpClient client = client(peer)) {
          client.patience(PATIENCE);
          client.startTls(i % 2 == 0 ? CLIENT : null, "", List.of(version));
          assertThat(client.ehlo("x").code()).isEqualTo(250);
        }
      }
    }
  }

  private static SmtpClient inChunks(ScriptedPeer peer) throws Exception {
    SmtpClient client = client(peer);
    client.ehlo("x");
    client.command("MAIL FROM:<a@x> BODY=BINARYMIME");
    client.command("RCPT TO:<b@mx.example>");
    return client;
  }

  private static ScriptedPeer chunking() {
    return ScriptedPeer.named("mx.example").capabilities("CHUNKING", "BINARYMIME").start();
  }

  @Test
  void rfc3030_chunksAreOneMessageOctetByOctet() throws Exception {
    try (ScriptedPeer peer = chunking();
        SmtpClient client = inChunks(peer)) {
      client.raw("BDAT 8\r\n\r\n.\r\nab\0");
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(client.command("DATA").code()).isEqualTo(503);
      client.raw("BDAT 3 LAST\r\nend");
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(peer.messages().getFirst().content()).isEqualTo(bytes("\r\n.\r\nab\0end"));
      assertThat(peer.sessions().getFirst().commands()).endsWith("BDAT 8", "DATA", "BDAT 3 LAST");
      client.raw("BDAT 4\r\nQUIT");
      assertThat(client.reply().code()).as("the transaction is over").isEqualTo(503);
      assertThat(client.command("NOOP").code()).isEqualTo(250);
    }
  }

  @Test
  void rfc3030_behindAChunkThatIsRefusedNothingIsTaken() throws Exception {
    try (ScriptedPeer peer = chunking();
        SmtpClient client = inChunks(peer)) {
      peer.next(PeerStage.CHUNK, PeerStep.answer(552, "5.3.4", "too much"));
      client.raw("BDAT 3\r\nabc");
      assertThat(client.reply().code()).isEqualTo(552);
      client.raw("BDAT 3 LAST\r\nend");
      assertThat(client.reply().code()).isEqualTo(503);
      assertThat(peer.messages()).isEmpty();
    }
  }

  @Test
  void whatEndsBeforeItsLastChunkIsNoMessage() throws Exception {
    try (ScriptedPeer peer = chunking()) {
      try (SmtpClient client = inChunks(peer)) {
        client.raw("BDAT 3\r\nabc");
        client.reply();
      }
      await().until(() -> !peer.sessions().getFirst().end().isEmpty());
      assertThat(peer.messages()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SMTPUTF8", "BODY=BINARYMIME"})
  void aParameterThatWasNotAnnouncedIsRefused(String parameter) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mx.example").capabilities("8BITMIME").start();
        SmtpClient client = client(peer)) {
      client.ehlo("x");
      assertThat(client.command("MAIL FROM:<a@x> " + parameter).code()).isEqualTo(555);
    }
  }

  @Test
  void clientWithoutCertificateHasNoChain() throws Exception {
    try (ScriptedPeer peer = secure().start();
        SmtpClient client = client(peer)) {
      client.startTls(null);
      client.ehlo("x");
      PeerTranscript session = peer.sessions().getFirst();
      assertThat(session.clientChain()).isEmpty();
      assertThat(session.tlsVersion()).isEqualTo("TLSv1.3");
      assertThat(session.serverName()).isEmpty();
      assertThat(session.envelopeSeen()).isFalse();
    }
  }

  @Test
  void peerWithoutForwardSecrecyTakesOnlyRsaKeyExchange() throws Exception {
    try (ScriptedPeer peer =
            ScriptedPeer.named("rsa.example").identity(RSA).tls12RsaOnly().start();
        SmtpClient client = client(peer)) {
      client.ehlo("x");
      client.startTls(null);
      client.ehlo("x");
      assertThat(client.tlsVersion()).isEqualTo("TLSv1.2");
      assertThat(peer.sessions().getFirst().cipherSuite())
          .isEqualTo(client.cipherSuite())
          .startsWith("TLS_RSA_WITH_");
    }
  }

  @Test
  void oldVersionOnlyRefusesNewOne() throws Exception {
    try (ScriptedPeer peer = secure().protocols("TLSv1.2").start();
        SmtpClient client = client(peer)) {
      assertThatThrownBy(() -> client.startTls(null, "", List.of("TLSv1.3")))
          .isInstanceOf(SSLException.class);
      await().until(() -> !peer.sessions().getFirst().end().isEmpty());
      assertThat(peer.sessions().getFirst().lines())
          .anyMatch(line -> line.startsWith("-- handshake failed"));
      assertThat(peer.envelopeSeen()).isFalse();
    }
  }

  @Test
  void failingHandshakeIsAFatalAlertAndNothingElse() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("bad.example").failHandshake().start();
        SmtpClient client = client(peer)) {
      assertThat(client.ehlo("x").lines()).contains("STARTTLS");
      assertThatThrownBy(() -> client.startTls(null))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("HANDSHAKE_FAILURE");
      assertThat(peer.sessions().getFirst().commands()).containsExactly("EHLO x", "STARTTLS");
    }
  }

  @Test
  void peerWithoutIdentityOffersNoTls() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("plain.example").start();
        SmtpClient client = client(peer)) {
      assertThat(client.ehlo("x").lines()).doesNotContain("STARTTLS");
      assertThat(client.startTls(null).code()).isEqualTo(502);
      assertThat(client.send("", "b@plain.example", MAIL).code()).isEqualTo(250);
      assertThat(peer.messages().getFirst().from()).isEmpty();
      assertThat(peer.sessions().getFirst().tlsVersion()).isEmpty();
    }
  }

  @Test
  void plaintextBehindStartTlsIsThrownAwayAndNoted() throws Exception {
    try (ScriptedPeer peer = secure().start();
        SmtpClient client = client(peer)) {
      client.raw("STARTTLS\r\nRSET\r\n");
      assertThat(client.reply().code()).isEqualTo(220);
      client.handshake(null, "", LabTls.MODERN);
      assertThat(client.ehlo("x").code()).isEqualTo(250);
      assertThat(peer.sessions().getFirst().lines())
          .contains("-- 6 bytes of plaintext after STARTTLS");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"BANNER", "EHLO", "MAIL", "RCPT", "DATA", "END_OF_DATA"})
  void refusesAtTheStageThatTheScriptNames(String stage) throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("no.example")
            .on(PeerStage.valueOf(stage), PeerStep.answer(451, "4.7.1", "Later"))
            .start()) {
      assertThat(firstRefusal(peer)).hasToString("451 4.7.1 Later");
      assertThat(peer.messages()).isEmpty();
    }
  }

  private static Reply firstRefusal(ScriptedPeer peer) throws IOException {
    try (SmtpClient client = client(peer)) {
      if (!client.banner().isPositive()) {
        return client.banner();
      }
      Reply hello = client.ehlo("x");
      return hello.isPositive() ? client.send("a@x.example", "b@no.example", MAIL) : hello;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "CONTENT", "END_OF_DATA"})
  void dropsAtTheStageThatTheScriptNames(String stage) throws Exception {
    try (ScriptedPeer peer = secure().on(PeerStage.valueOf(stage), PeerStep.drop()).start();
        SmtpClient client = client(peer)) {
      assertThatThrownBy(
              () -> {
                client.ehlo("x");
                client.startTls(null);
                client.send("a@x.example", "b@mx.example", MAIL);
              })
          .isInstanceOfAny(EOFException.class, java.net.SocketException.class, SSLException.class);
      await().until(() -> peer.sessions().getFirst().end().contains("dropped"));
      assertThat(peer.messages()).isEmpty();
    }
  }

  @Test
  void hangsUntilReleasedAndThenGoesOn() throws Exception {
    try (ScriptedPeer peer =
            ScriptedPeer.named("slow.example").on(PeerStage.END_OF_DATA, PeerStep.hang()).start();
        SmtpClient client = client(peer)) {
      client.patience(PATIENCE);
      client.command("MAIL FROM:<a@x.example>");
      client.command("RCPT TO:<b@slow.example>");
      assertThat(client.command("DATA").code()).isEqualTo(354);
      client.raw(SmtpClient.stuffed(MAIL));
      await().atMost(PATIENCE).until(() -> hangs(peer, PeerStage.END_OF_DATA));
      client.patience(Duration.ofMillis(300));
      assertThatThrownBy(client::reply).isInstanceOf(SocketTimeoutException.class);
      assertThat(peer.messages()).isEmpty();
      client.patience(PATIENCE);
      peer.release();
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(peer.messages()).hasSize(1);
    }
  }

  private static boolean hangs(ScriptedPeer peer, PeerStage stage) {
    return peer.sessions().stream().anyMatch(each -> each.lines().contains("-- hangs at " + stage));
  }

  /** Who sees that a session hangs may release it: the next release may never come. */
  @Test
  void whatIsSeenToHangIsReleased() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("slow.example").on(PeerStage.BANNER, PeerStep.hang()).start()) {
      for (int session = 1; session <= 300; session++) {
        try (Socket socket = new Socket(peer.address().getAddress(), peer.port())) {
          socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
          PeerTranscript transcript = peer.awaitSessions(session, PATIENCE).getLast();
          long limit = System.nanoTime() + PATIENCE.toNanos();
          while (!transcript.lines().contains("-- hangs at BANNER")) {
            assertThat(System.nanoTime() - limit).as("waited in vain").isNegative();
          }
          peer.release();
          assertThat(socket.getInputStream().read()).isEqualTo('2');
        }
      }
    }
  }

  /** A session that goes on when the peer closes comes to the next stage at which it hangs. */
  @Test
  void closingEndsSessionsThatHangAtEveryStage() throws Exception {
    for (int i = 0; i < 20; i++) {
      ScriptedPeer peer =
          ScriptedPeer.named("slow.example")
              .on(PeerStage.BANNER, PeerStep.hang())
              .on(PeerStage.EHLO, PeerStep.hang())
              .on(PeerStage.MAIL, PeerStep.hang())
              .start();
      try (Socket socket = new Socket(peer.address().getAddress(), peer.port())) {
        socket.getOutputStream().write(bytes("EHLO x\r\nMAIL FROM:<a@x.example>\r\n"));
        await().atMost(PATIENCE).until(() -> hangs(peer, PeerStage.BANNER));
        peer.close();
      }
    }
  }

  @Test
  void recipientsHaveRepliesOfTheirOwnAndStepsCanCountOnce() throws Exception {
    try (ScriptedPeer peer =
            ScriptedPeer.named("mx.example")
                .recipient("bad@mx.example", Reply.of(550, "5.1.1", "No such user"))
                .start();
        SmtpClient client = client(peer)) {
      peer.next(PeerStage.MAIL, PeerStep.answer(451, "4.3.0", "Once"));
      assertThat(client.send("a@x.example", "good@mx.example", MAIL).code()).isEqualTo(451);
      client.command("MAIL FROM:<a@x.example> SIZE=30 BODY=8BITMIME");
      assertThat(client.command("RCPT TO:<good@mx.example>").code()).isEqualTo(250);
      assertThat(client.command("RCPT TO:<BAD@mx.example>").code()).isEqualTo(550);
      client.command("DATA");
      assertThat(client.content(MAIL).code()).isEqualTo(250);
      PeerMessage message = peer.messages().getFirst();
      assertThat(message.recipients()).containsExactly("good@mx.example");
      assertThat(message.mailParameters()).isEqualTo("SIZE=30 BODY=8BITMIME");
      peer.asUsual();
      assertThat(client.send("a@x.example", "bad@mx.example", MAIL).code()).isEqualTo(250);
    }
  }

  @Test
  void lmtpAnswersOncePerRecipient() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("lmtp.example").start();
        SmtpClient client = client(peer)) {
      client.command("LHLO x");
      assertThat(client.send("a@x.example", List.of("b@y.example", "c@y.example"), MAIL).code())
          .isEqualTo(250);
      assertThat(client.reply().code()).isEqualTo(250);
      assertThat(client.quit().code()).isEqualTo(221);
    }
  }

  @Test
  void keepsMessagesWithFactsAndNumbersThemOn(@TempDir Path folder) throws Exception {
    for (int run = 1; run <= 2; run++) {
      try (ScriptedPeer peer = secure().keepIn(folder).start();
          SmtpClient client = client(peer)) {
        client.startTls(CLIENT);
        client.send("a@x.example", "b@mx.example", MAIL);
      }
      assertThat(folder.resolve("00000" + run + ".eml")).hasBinaryContent(MAIL);
    }
    assertThat(Files.readString(folder.resolve("000002.json")))
        .contains("\"from\": \"a@x.example\"", "\"recipients\": [\"b@mx.example\"]")
        .contains("\"tlsVersion\": \"TLSv1.3\"", "CN=client.example");
    assertThat(folder.toFile().list()).hasSize(4);
  }

  @Test
  void largeContentArrivesByteForByteOverTls() throws Exception {
    byte[] large = new byte[8 << 20];
    new Random(1).nextBytes(large);
    try (ScriptedPeer peer = secure().start();
        SmtpClient client = client(peer)) {
      client.startTls(null);
      assertThat(client.send("a@x.example", "b@mx.example", large).code()).isEqualTo(250);
      assertThat(peer.messages().getFirst().content())
          .startsWith(large)
          .hasSize(large.length + 2); // the CRLF before the final dot
    }
  }

  @Test
  void clientHasTheSourceAddressAskedFor() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mx.example").start();
        SmtpClient client =
            SmtpClient.connect(new InetSocketAddress("127.0.0.1", peer.port()), "127.0.0.5")) {
      assertThat(client.banner().code()).isEqualTo(220);
      assertThat(peer.sessions().getFirst().client()).isEqualTo("127.0.0.5");
    }
  }

  @Test
  void waitingInVainTellsWhatTheSessionsSaid() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mx.example").start();
        SmtpClient client = client(peer)) {
      client.ehlo("lonely.example");
      assertThatThrownBy(() -> peer.awaitMessages(1, Duration.ofMillis(50)))
          .hasMessageContaining("C: EHLO lonely.example");
    }
  }

  @Test
  void closingEndsSessionsAndRemovesItsFolder() throws Exception {
    ScriptedPeer peer = ScriptedPeer.named("mx.example").start();
    try (SmtpClient client = client(peer)) {
      client.send("a@x.example", "b@mx.example", MAIL);
      Path file = requireNonNull(peer.messages().getFirst().file());
      assertThat(file).exists();
      peer.close();
      assertThat(client.atEnd()).isTrue();
      assertThat(file.getParent()).doesNotExist();
    }
  }

  /** Everything that a witness hears, in order. */
  private static final class Hearer implements PeerWitness {
    final Queue<PeerMessage> messages = new ConcurrentLinkedQueue<>();
    final Queue<String> events = new ConcurrentLinkedQueue<>();

    @Override
    public void took(PeerMessage message) {
      messages.add(message);
      events.add("took");
    }

    @Override
    public void envelope(String peer, String client, String command) {
      events.add("%s: %s says %s".formatted(peer, client, command));
    }

    @Override
    public void refused(String peer, String recipient, String command) {
      events.add("%s refused %s at %s".formatted(peer, recipient, command));
    }
  }

  @Test
  void aWitnessHearsTheFactsOfAMessageThatIsNotKept() throws Exception {
    Hearer hearer = new Hearer();
    String trace = "Received: from a\r\n\tby b\r\nRECEIVED: from c\r\n";
    try (ScriptedPeer peer = secure().witness(hearer).start();
        SmtpClient client = client(peer)) {
      client.ehlo("x");
      client.startTls(null);
      client.ehlo("client.example");
      long before = System.nanoTime();
      client.send("a@x.example", "b@mx.example", bytes(trace + text(MAIL)));
      PeerMessage message = hearer.messages.element(); // it was there before the reply
      assertThat(message.trace()).isEqualTo(trace);
      assertThat(message.start()).isEqualTo(text(MAIL));
      assertThat(message.size()).isEqualTo(MAIL.length);
      assertThat(message.sha256()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(MAIL));
      assertThat(message.session().hello()).isEqualTo("client.example");
      assertThat(message.session().peer()).isEqualTo("mx.example");
      assertThat(message.session().tlsVersion()).isEqualTo("TLSv1.3");
      assertThat(message.answered()).isTrue();
      assertThat(
              List.of(
                  message.dataNanos() - before,
                  message.contentNanos() - message.dataNanos(),
                  message.dotNanos() - message.contentNanos(),
                  message.takenNanos() - message.dotNanos()))
          .allMatch(step -> step >= 0);
      assertThat(hearer.events)
          .containsExactly(
              "mx.example: client.example says MAIL",
              "mx.example: client.example says RCPT b@mx.example",
              "took");
      assertThat(message.file()).isNull();
      assertThat(message.session().lines()).isEmpty();
      assertThat(peer.messages()).isEmpty();
      assertThat(peer.sessions()).isEmpty();
    }
  }

  /** In one go with its MAIL, a RCPT is refused with it (RFC 2920 §3.1). */
  @ParameterizedTest
  @CsvSource({"MAIL, MAIL", "RCPT, RCPT", "DATA, DATA", "END_OF_DATA, end of data"})
  void aWitnessHearsWhomThePeerRefusesForGood(PeerStage stage, String command) throws Exception {
    for (int code : new int[] {550, 450}) {
      Hearer hearer = new Hearer();
      PeerStep no = PeerStep.answer(code, code / 100 + ".7.1", "No");
      try (ScriptedPeer peer =
              ScriptedPeer.named("no.example").witness(hearer).on(stage, no).start();
          SmtpClient client = client(peer)) {
        client.command("MAIL FROM:<a@x.example>");
        client.command("RCPT TO:<b@no.example>");
        if (client.command("DATA").code() == 354) {
          client.content(MAIL);
        }
        assertThat(hearer.events.contains("no.example refused b@no.example at " + command))
            .isEqualTo(code == 550);
        assertThat(hearer.messages).isEmpty();
      }
    }
  }

  @Test
  void whatIsTakenWithoutAReplyIsTaken() throws Exception {
    Hearer hearer = new Hearer();
    try (ScriptedPeer peer =
            secure()
                .witness(hearer)
                .manner(
                    stage ->
                        stage == PeerStage.END_OF_DATA
                            ? new PeerStep.TakeAndDrop()
                            : PeerStep.goOn())
                .start();
        SmtpClient client = client(peer)) {
      assertThatThrownBy(() -> client.send("a@x.example", "b@mx.example", MAIL))
          .isInstanceOfAny(EOFException.class, java.net.SocketException.class);
      assertThat(hearer.messages).singleElement().returns(false, PeerMessage::answered);
    }
  }

  @Test
  void aStepThatIsNamedGoesBeforeTheManner() throws Exception {
    try (ScriptedPeer peer =
            ScriptedPeer.named("mx.example")
                .manner(stage -> PeerStep.answer(421, "4.3.2", "Manner"))
                .on(PeerStage.BANNER, PeerStep.goOn())
                .start();
        SmtpClient client = client(peer)) {
      assertThat(client.banner().code()).isEqualTo(220);
      assertThat(client.ehlo("x").code()).isEqualTo(421);
      peer.asUsual();
      assertThat(client.ehlo("x").code()).isEqualTo(250);
    }
  }

  @Test
  void closingEndsASessionThatIsLate() throws Exception {
    ScriptedPeer peer =
        ScriptedPeer.named("late.example")
            .on(PeerStage.BANNER, new PeerStep.GoOnAfter(Duration.ofHours(1)))
            .start();
    try (Socket socket = new Socket(peer.address().getAddress(), peer.port())) {
      peer.awaitSessions(1, PATIENCE);
      peer.close(); // throws after 30 s if the session goes on
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static ScriptedPeer.Builder secure() {
    return ScriptedPeer.named("mx.example").identity(SERVER);
  }

  /** A connection that is taken while the peer closes must not outlive it: closing would throw. */
  @Test
  void closingEndsConnectionsThatComeMeanwhile() throws Exception {
    for (int i = 0; i < 400; i++) {
      ScriptedPeer peer = ScriptedPeer.named("mx.example").start();
      Queue<Socket> open = new ConcurrentLinkedQueue<>();
      CountDownLatch connecting = new CountDownLatch(4);
      for (int c = 0; c < 4; c++) {
        Thread.ofVirtual().start(() -> connectUntilRefused(peer, open, connecting));
      }
      connecting.await();
      peer.close();
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private static void connectUntilRefused(
      ScriptedPeer peer, Queue<Socket> open, CountDownLatch connecting) {
    try {
      for (int i = 0; i < 100; i++) {
        open.add(new Socket(peer.address().getAddress(), peer.port()));
        connecting.countDown();
      }
    } catch (IOException refused) {
      connecting.countDown();
    }
  }

  private static SmtpClient client(ScriptedPeer peer) throws IOException {
    return SmtpClient.connect("127.0.0.1", peer.port());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
