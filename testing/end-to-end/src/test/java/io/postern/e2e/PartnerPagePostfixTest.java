package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.postern.contracts.Fingerprints;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.lab.foreign.ForeignProgram;
import io.postern.lab.foreign.ForeignServer;
import io.postern.lab.foreign.Postfix;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lines of docs/tutorials/first-partner.md for Postfix, run by Debian's Postfix: what they
 * promise about mail to us and mail from us holds. Only paths, the next hop and the fingerprint are
 * the test's.
 */
class PartnerPagePostfixTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String GATE = "gate.contoso.example";
  private static final String FROM_US = "anna@contoso.example";
  private static final byte[] MAIL =
      "Subject: x\r\n\r\nHello.\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final LabCa CA = LabCa.create("Partner page");
  private static final Identity FABRIKAM = CA.issue(Issue.to("mail.fabrikam.example").withRsaKey());

  @TempDir Path folder;

  /** Empty where Postfix is missing. */
  @TestFactory
  Stream<DynamicTest> eachPromiseOfThePageHolds() throws IOException {
    if (!ForeignServer.canRun(new Postfix(), PartnerPagePostfixTest.class)) {
      return Stream.empty();
    }
    // Its processes of other users pass through.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return Stream.of(
        dynamicTest(
            "mail to us goes to a certificate with our name, and shows theirs", this::mailToUs),
        dynamicTest(
            "mail to us waits where the certificate has another name",
            () ->
                waits(
                    gate(CA.issue(Issue.to("gate.stranger.example")), true),
                    "Server certificate not verified")),
        dynamicTest(
            "mail to us waits where the authority is another",
            () ->
                waits(
                    gate(LabCa.create("Another authority").issue(Issue.to(GATE)), true),
                    "Server certificate not verified")),
        dynamicTest(
            "mail to us waits without STARTTLS",
            () ->
                waits(
                    gate(CA.issue(Issue.to(GATE)), false), "TLS is required, but was not offered")),
        dynamicTest("mail from us is taken from our certificate alone", this::mailFromUs));
  }

  private void mailToUs() throws Exception {
    try (ScriptedPeer gate = gate(CA.issue(Issue.to(GATE)), true);
        ForeignServer postfix = sending(gate)) {
      assertThat(relay(postfix).code()).isEqualTo(250);
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(postfix.log()).contains("status="));
      assertThat(postfix.log()).contains("status=sent");
      PeerMessage arrived = gate.awaitMessages(1, PATIENCE).getFirst();
      assertThat(arrived.recipients()).containsExactly("bob@contoso.example");
      assertThat(gate.sessions().getLast().clientChain().getFirst()).isEqualTo(FABRIKAM.leaf());
    }
  }

  private void mailFromUs() throws Exception {
    Identity ours = CA.issue(Issue.to(GATE).withRsaKey());
    Identity another = CA.issue(Issue.to(GATE).withRsaKey());
    try (ForeignServer postfix = receiving(ours)) {
      assertThat(from(postfix, FROM_US, ours).code()).isEqualTo(250);
      assertThat(from(postfix, FROM_US, another).toString()).contains("554", "5.7.1");
      assertThat(from(postfix, FROM_US, null).toString()).contains("554", "5.7.1");
      assertThat(inPlaintext(postfix, FROM_US).toString())
          .contains("450", "4.7.1", "Session encryption is required");
      assertThat(inPlaintext(postfix, "ann@stranger.example").code()).isEqualTo(250);
    }
  }

  private void waits(ScriptedPeer peer, String why) throws Exception {
    try (ScriptedPeer gate = peer;
        ForeignServer postfix = sending(gate)) {
      assertThat(relay(postfix).code()).isEqualTo(250);
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(postfix.log()).containsPattern("status=deferred.*(" + why + ")");
              });
      assertThat(gate.envelopeSeen()).isFalse();
    }
  }

  private static ScriptedPeer gate(Identity identity, boolean startTls) {
    return ScriptedPeer.named(GATE)
        .identity(identity)
        .offerStartTls(startTls)
        .askClientCertificate(true)
        .start();
  }

  private static Reply relay(ForeignServer postfix) throws IOException {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", postfix.port())) {
      client.ehlo("desk.fabrikam.example");
      return client.send("info@fabrikam.example", "bob@contoso.example", MAIL);
    }
  }

  private static Reply from(ForeignServer postfix, String from, @Nullable Identity certificate)
      throws IOException {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", postfix.port())) {
      client.ehlo(GATE);
      client.startTls(certificate);
      client.ehlo(GATE);
      return client.send(from, "ann@" + ForeignServer.DOMAIN, MAIL);
    }
  }

  private static Reply inPlaintext(ForeignServer postfix, String from) throws IOException {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", postfix.port())) {
      client.ehlo(GATE);
      return client.send(from, "ann@" + ForeignServer.DOMAIN, MAIL);
    }
  }

  private ForeignServer sending(ScriptedPeer gate) throws Exception {
    // Its next hop stands where the page has the domain, as the page says of relay hosts.
    String policy = block("tls_policy").replaceFirst("^\\S+", "[127.0.0.1]:" + gate.port());
    return ForeignServer.startSender(
        new WithPage(List.of(block("main.cf: mail out")), List.of(new Table("tls_policy", policy))),
        Files.createTempDirectory(folder, "sender"),
        FABRIKAM,
        new ForeignProgram.Onward(gate.port(), "", ""));
  }

  private ForeignServer receiving(Identity ours) throws Exception {
    String certificates =
        block("contoso_certificates")
            .replaceFirst(
                "\\S+",
                fingerprint(Fingerprints.hex(Fingerprints.sha256(ours.leaf().getEncoded()))));
    return ForeignServer.start(
        new WithPage(
            List.of(block("main.cf: mail in")),
            List.of(
                new Table("forced_senders", block("forced_senders")),
                new Table("contoso_certificates", certificates))),
        Files.createTempDirectory(folder, "receiver"),
        FABRIKAM,
        "1.3");
  }

  /** As OpenSSL and Postfix write it. */
  private static String fingerprint(String hex) {
    return hex.toUpperCase(Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
  }

  /** The code behind the comment {@code <!-- name -->}. */
  private static String block(String name) {
    String page = Project.read(Project.root().resolve("docs/tutorials/first-partner.md"));
    Matcher block =
        Pattern.compile("(?s)<!-- " + Pattern.quote(name) + " -->\n```\n(.*?)```").matcher(page);
    assertThat(block.find()).as("a block %s", name).isTrue();
    return block.group(1);
  }

  private record Table(String name, String text) {}

  /** Postfix whose TLS is the page's. */
  private static final class WithPage implements ForeignProgram {
    private static final Pattern TLS = Pattern.compile("(?m)^smtpd?_tls_.*\n");

    private final Postfix postfix = new Postfix();
    private final List<String> settings;
    private final List<Table> tables;

    WithPage(List<String> settings, List<Table> tables) {
      this.settings = settings;
      this.tables = tables;
    }

    @Override
    public String name() {
      return postfix.name();
    }

    @Override
    public Path executable() {
      return postfix.executable();
    }

    @Override
    public List<String> prepare(Setting setting) throws IOException {
      List<String> command = postfix.prepare(setting);
      Path etc = setting.folder().resolve("etc");
      for (Table table : tables) {
        Files.writeString(etc.resolve(table.name()), table.text());
      }
      CA.writeRoot(etc.resolve("root.pem"));
      Path main = etc.resolve("main.cf");
      Files.writeString(main, TLS.matcher(Files.readString(main)).replaceAll(""));
      for (String text : settings) {
        Files.writeString(
            main,
            text.replace("/etc/postfix/fabrikam.key", setting.key().toString())
                .replace("/etc/postfix/fabrikam.pem", setting.certificate().toString())
                .replace("/etc/ssl/certs/ca-certificates.crt", etc.resolve("root.pem").toString())
                .replace("/etc/postfix/", etc + "/"),
            StandardOpenOption.APPEND);
      }
      return command;
    }
  }
}
