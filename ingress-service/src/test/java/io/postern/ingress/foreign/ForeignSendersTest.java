package io.postern.ingress.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import io.postern.ingress.AcceptedLog;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.SharedBroker;
import io.postern.lab.SmtpClient;
import io.postern.lab.foreign.Exim;
import io.postern.lab.foreign.ForeignClient;
import io.postern.lab.foreign.ForeignProgram;
import io.postern.lab.foreign.ForeignServer;
import io.postern.lab.foreign.OpenSmtpd;
import io.postern.lab.foreign.Postfix;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mail from senders that others wrote, over each TLS version, with and without a client's
 * certificate: each message is in the log once, octet for octet, with the version and the
 * certificate of its session. Those that can send in chunks do so, and those that can send to an
 * address that is not ASCII do so by SMTPUTF8.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignSendersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String FROM_PARTNER = "ann@partner.example";
  private static final String FROM_STRANGER = "ann@stranger.example";
  private static final List<String> ONE = List.of("bob@contoso.example");
  private static final List<String> TWO = List.of("bob@contoso.example", "carol@fabrikam.example");

  private static final Mail UTF8 =
      new Mail("utf8", "Gr\u00fc\u00dfe an J\u00f6rg.", List.of("j\u00f6rg@contoso.example"));

  private static final String LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;<>()=+-*/&$#@!?";

  // Keys of RSA: GnuTLS reads no key on a curve without its public half, as the JDK writes it.
  private static final Identity PARTNER =
      TestServer.CA.issue(Issue.to(TestDirectory.PARTNER_CERTIFICATE).withRsaKey());
  private static final Identity OWN =
      TestServer.CA.issue(Issue.to(ForeignServer.HOST).withRsaKey());

  private record Mail(String name, String body, List<String> to) {
    /** With line feeds as line ends. */
    String text(String from, String id) {
      return """
          From: %s
          To: bob@contoso.example
          Date: Fri, 27 Nov 2026 10:00:00 +0000
          Message-ID: <%s@foreign.example>
          Subject: %s
          MIME-Version: 1.0
          Content-Type: text/plain; charset=utf-8
          Content-Transfer-Encoding: 8bit

          %s
          """
          .formatted(from, id, name, body);
    }
  }

  private static List<Mail> mails(boolean smtpUtf8) {
    List<Mail> mails = new ArrayList<>(mails());
    if (smtpUtf8) {
      mails.add(UTF8);
    }
    return mails;
  }

  private static List<Mail> mails() {
    return List.of(
        new Mail("plain", "Hello.", ONE),
        new Mail("eight-bit", "Gr\u00fc\u00dfe, \u20ac 5", ONE),
        new Mail("dots", ".\n..\n.dot\n. \n.\n\n.\nend", ONE),
        new Mail("long", large(), ONE),
        new Mail("two", "To two.", TWO));
  }

  /**
   * A megabyte of lines of up to 990 octets, some of which begin with dots. Swaks takes backslash
   * and percent for its own.
   */
  private static String large() {
    Random random = new Random(5321);
    StringBuilder text = new StringBuilder();
    while (text.length() < 1_000_000) {
      int length = random.nextInt(990);
      for (int i = 0; i < length; i++) {
        text.append(
            i == 0 && random.nextInt(4) == 0
                ? '.'
                : LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      text.append('\n');
    }
    return text.append("end").toString();
  }

  @TempDir static Path folder;

  private KafkaBroker broker;
  private LogSettings settings;
  private TestServer server;

  @BeforeAll
  void start() throws Exception {
    broker = SharedBroker.empty();
    settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server = TestServer.on(broker.bootstrap(), s -> {});
    // The servers' users pass through it.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** The manner of the sessions. */
  private record Manner(String tlsVersion, boolean certified) {
    static Stream<Manner> all() {
      return Stream.of("1.2", "1.3")
          .flatMap(version -> Stream.of(new Manner(version, false), new Manner(version, true)));
    }

    String from() {
      return certified ? FROM_PARTNER : FROM_STRANGER;
    }

    @Override
    public String toString() {
      return "TLS " + tlsVersion + (certified ? ", with a certificate" : "");
    }
  }

  @TestFactory
  Stream<DynamicTest> eachMessageOfAClientIsInTheLogOnce() {
    return Stream.of(ForeignClient.values())
        .filter(client -> client.canRun(ForeignSendersTest.class))
        .flatMap(
            client ->
                Manner.all()
                    .map(
                        manner ->
                            DynamicTest.dynamicTest(
                                client + ", " + manner, () -> sendAll(client, manner))));
  }

  private void sendAll(ForeignClient client, Manner manner) throws Exception {
    Path own = Files.createTempDirectory(folder, client.name());
    PARTNER.write(own, "partner");
    try (AcceptedLog log = new AcceptedLog(settings)) {
      int before = log.read().size();
      double chunked = chunked();
      for (Mail mail : mails(client.smtpUtf8())) {
        String text = mail.text(manner.from(), mail.name());
        ForeignClient.End end = send(client, own, manner, manner.from(), mail.to(), text);
        assertThat(end.code()).as(mail.name() + ": " + end.output()).isZero();
        check(log, ++before, manner, mail, text, client.alwaysSmtpUtf8());
      }
      ForeignClient.End end =
          send(
              client,
              own,
              new Manner(manner.tlsVersion(), false),
              FROM_PARTNER,
              ONE,
              "X: y\n\nz\n");
      assertThat(end.code()).as("the partner without its certificate").isNotZero();
      assertThat(log.read()).hasSize(before);
      assertThat(end.output()).contains("550");
      assertThat(chunked()).as("no client sends in chunks").isEqualTo(chunked);
    }
  }

  private ForeignClient.End send(
      ForeignClient client, Path own, Manner manner, String from, List<String> to, String text)
      throws Exception {
    // Swaks puts the end of a line behind the file.
    String whole = client == ForeignClient.SWAKS ? text.substring(0, text.length() - 1) : text;
    Path message = Files.writeString(Files.createTempFile(own, "message", ".eml"), whole);
    return client.send(
        new ForeignClient.Sending(
            server.port(),
            from,
            to,
            message,
            manner.tlsVersion(),
            manner.certified() ? own.resolve("partner").toString() : ""),
        own);
  }

  @TestFactory
  Stream<DynamicTest> eachMessageThatAServerPassesOnIsInTheLogOnce() {
    return Stream.of(new Postfix(), new Exim(), new OpenSmtpd())
        .filter(program -> ForeignServer.canRun(program, ForeignSendersTest.class))
        .flatMap(
            program ->
                Manner.all()
                    .map(
                        manner ->
                            DynamicTest.dynamicTest(
                                program.name() + ", " + manner, () -> passAll(program, manner))));
  }

  private void passAll(ForeignProgram program, Manner manner) throws Exception {
    Path own = Files.createTempDirectory(folder, program.name());
    PARTNER.write(own, "partner");
    ForeignProgram.Onward onward =
        new ForeignProgram.Onward(
            server.port(), manner.tlsVersion(), manner.certified() ? "partner" : "");
    try (ForeignServer sender = ForeignServer.startSender(program, own, OWN, onward);
        AcceptedLog log = new AcceptedLog(settings)) {
      int before = log.read().size();
      double chunked = chunked();
      List<Mail> mails = mails(program.smtpUtf8());
      for (Mail mail : mails) {
        String text = mail.text(manner.from(), mail.name());
        try (SmtpClient client = SmtpClient.connect("127.0.0.1", sender.port())) {
          client.ehlo("inject.foreign.example");
          assertThat(inject(client, manner, mail, text).code())
              .as(mail.name() + sender.log())
              .isEqualTo(250);
        }
        int expected = ++before;
        Awaitility.await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(log.read().size())
                        .as(mail.name() + sender.log())
                        .isGreaterThanOrEqualTo(expected));
        check(log, expected, manner, mail, text, false);
      }
      assertThat(chunked() - chunked)
          .as("messages in chunks " + sender.log())
          .isEqualTo(program.chunking() ? mails.size() : 0);
    }
  }

  private static Reply inject(SmtpClient client, Manner manner, Mail mail, String text)
      throws IOException {
    if (!mail.equals(UTF8)) {
      return client.send(manner.from(), mail.to(), wire(text));
    }
    assertThat(client.command("MAIL FROM:<" + manner.from() + "> SMTPUTF8").code()).isEqualTo(250);
    assertThat(client.command("RCPT TO:<" + mail.to().getFirst() + ">").code()).isEqualTo(250);
    assertThat(client.command("DATA").code()).isEqualTo(354);
    return client.content(wire(text));
  }

  /** Messages that came in chunks so far. */
  private double chunked() {
    return server.count("postern.ingress.messages.chunked");
  }

  private void check(
      AcceptedLog log, int count, Manner manner, Mail mail, String text, boolean alwaysSmtpUtf8)
      throws Exception {
    Map<String, MessageAccepted> all = log.read();
    assertThat(all).hasSize(count);
    MessageAccepted message =
        all.values().stream()
            .max(Comparator.comparingLong(MessageAccepted::getAcceptedMillis))
            .orElseThrow();
    assertThat(message.getEnvelope().getReversePath()).isEqualTo(manner.from());
    assertThat(message.getEnvelope().getRecipientsList())
        .extracting(EnvelopeRecipient::getAddress)
        .containsExactlyInAnyOrderElementsOf(mail.to());
    assertThat(message.getEnvelope().getSmtputf8())
        .as(mail.name() + " by SMTPUTF8")
        .isEqualTo(alwaysSmtpUtf8 || mail.equals(UTF8));
    TlsFacts tls = message.getSession().getTlsFacts();
    assertThat(tls.getVersion())
        .isEqualTo(manner.tlsVersion().equals("1.2") ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3);
    assertThat(tls.getPeerChainFingerprint().toByteArray())
        .isEqualTo(manner.certified() ? Fingerprints.chain(PARTNER.der()) : new byte[0]);
    String content = new String(log.content(message), StandardCharsets.ISO_8859_1);
    String wanted = new String(wire(text), StandardCharsets.ISO_8859_1);
    assertThat(content.endsWith("\r\n" + wanted))
        .as(mail.name() + ", octet for octet behind what was put in front")
        .isTrue();
  }

  private static byte[] wire(String text) {
    return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
  }
}
