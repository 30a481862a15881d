package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.foreign.Dovecot;
import io.postern.lab.foreign.Exim;
import io.postern.lab.foreign.ForeignProgram;
import io.postern.lab.foreign.ForeignServer;
import io.postern.lab.foreign.ForeignServer.Kept;
import io.postern.lab.foreign.OpenSmtpd;
import io.postern.lab.foreign.Postfix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mail to receivers that others wrote, over each TLS version: each recipient whom the outcome calls
 * delivered has the content once, octet for octet behind what the receiver put in front, and nobody
 * else has anything.
 */
class ForeignServersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // Keys of RSA: GnuTLS reads no key on a curve without its public half, as the JDK writes it.
  private static final LabCa CA = LabCa.create("Foreign");

  /** A message, and what is special about its envelope. */
  private record Mail(
      String name, String body, List<String> to, Consumer<DeliveryRequested.Builder> more) {
    Mail(String name, String body, String... to) {
      this(name, body, List.of(to), request -> {});
    }

    byte[] content() {
      return """
          From: bob@contoso.com
          To: ann@foreign.example
          Date: Fri, 27 Nov 2026 10:00:00 +0000
          Message-ID: <%s@contoso.com>
          Subject: %s

          %s
          """
          .formatted(name, name, body)
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private static List<Mail> mails() {
    String ann = "ann@" + ForeignServer.DOMAIN;
    String[] many =
        IntStream.range(0, 30)
            .mapToObj(i -> "box" + i + "@" + ForeignServer.DOMAIN)
            .toArray(String[]::new);
    return List.of(
        new Mail("plain", "Hello.", ann),
        new Mail("eight-bit", "Gr\u00fc\u00dfe, \u20ac 5", ann),
        new Mail("dots", ".\n..\n.dot\n. \n.\n\n.", ann),
        new Mail("long", large(), ann),
        new Mail("many", "To many.", many),
        new Mail("one-refused", "To one of two.", ann, ForeignServer.REFUSED),
        new Mail(
            "dsn",
            "With a DSN for failures.",
            List.of(ann),
            request ->
                request
                    .getEnvelopeBuilder()
                    .setEnvelopeId("Q+1")
                    .setRet("HDRS")
                    .getRecipientsBuilder(0)
                    .setOriginalRecipient("rfc822;ann+tag@foreign.example")
                    .addNotify("FAILURE")
                    .addNotify("DELAY")),
        new Mail(
            "utf8",
            "To a mailbox beyond ASCII.",
            List.of("j\u00f6rg@" + ForeignServer.DOMAIN),
            request -> request.getEnvelopeBuilder().setSmtputf8(true)));
  }

  /**
   * A megabyte of lines of up to 998 octets (RFC 5321 §4.5.3.1.6), some of which begin with dots.
   */
  private static String large() {
    Random random = new Random(3030);
    StringBuilder text = new StringBuilder();
    while (text.length() < 1_000_000) {
      int length = random.nextInt(999);
      for (int i = 0; i < length; i++) {
        text.append(i == 0 && random.nextInt(4) == 0 ? '.' : (char) random.nextInt(' ', 127));
      }
      text.append('\n');
    }
    return text.toString();
  }

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> eachRecipientWhoIsCalledDeliveredHasTheContentOnce() {
    return Stream.of(new Postfix(), new Exim(), new OpenSmtpd(), new Dovecot())
        .filter(program -> ForeignServer.canRun(program, ForeignServersTest.class))
        .flatMap(
            program ->
                program.tlsVersions().stream()
                    .map(
                        version ->
                            DynamicTest.dynamicTest(
                                program.name() + ", TLS " + version,
                                () -> deliverAll(program, version))));
  }

  private void deliverAll(ForeignProgram program, String version) throws Exception {
    // The servers' users pass through it.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path own = Files.createDirectory(folder.resolve(program.name() + "-" + version));
    List<Kept> expected = new ArrayList<>();
    try (ForeignServer server =
            ForeignServer.start(
                program, own, CA.issue(Issue.to(ForeignServer.HOST).withRsaKey()), version);
        RelayLab lab = new RelayLab()) {
      for (Mail mail : mails()) {
        OutcomeRecorded outcome = lab.deliver(request(lab, mail, program, server));
        assertThat(outcome.getTlsFacts().getVersion())
            .as(mail.name() + ": " + outcome + server.log())
            .isEqualTo(version.equals("1.2") ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3);
        for (int i = 0; i < mail.to().size(); i++) {
          RecipientOutcome recipient = outcome.getRecipients(i);
          assertThat(recipient.getKind())
              .as(mail.name() + ": " + recipient + server.log())
              .isIn(
                  mail.to().get(i).equals(ForeignServer.REFUSED)
                      ? List.of(OutcomeKind.FAILED)
                      : mail.name().equals("utf8")
                          ? List.of(OutcomeKind.DELIVERED, OutcomeKind.FAILED)
                          : List.of(OutcomeKind.DELIVERED));
          if (recipient.getKind() == OutcomeKind.DELIVERED) {
            expected.add(new Kept(mail.to().get(i), mail.content()));
          } else if (mail.name().equals("utf8")) {
            assertThat(recipient.getReason()).isEqualTo("no-smtputf8");
          }
        }
      }
      Awaitility.await("all that was delivered: " + expected.size())
          .atMost(PATIENCE)
          .failFast(() -> server.kept().size() > expected.size())
          .until(() -> server.kept().size() == expected.size());
      List<Kept> kept = new ArrayList<>(server.kept());
      for (Kept wanted : expected) {
        assertThat(kept.removeIf(one -> isSame(one, wanted)))
            .as(
                wanted.recipient()
                    + " has "
                    + new String(wanted.content(), 0, 120, StandardCharsets.UTF_8))
            .isTrue();
      }
      assertThat(kept).isEmpty();
    }
  }

  /** Behind the header fields that receivers put in front. */
  private static boolean isSame(Kept kept, Kept wanted) {
    int front = kept.content().length - wanted.content().length;
    return kept.recipient().equals(wanted.recipient())
        && front > 0
        && Arrays.equals(
            kept.content(),
            front,
            kept.content().length,
            wanted.content(),
            0,
            wanted.content().length)
        && new String(kept.content(), 0, front, StandardCharsets.UTF_8)
            .lines()
            .allMatch(
                line -> line.matches("(Received|Return-Path|Delivered-To|X-[\\w-]+):.*|[ \t].*"));
  }

  private static DeliveryRequested.Builder request(
      RelayLab lab, Mail mail, ForeignProgram program, ForeignServer server) {
    byte[] content = mail.content();
    lab.contents(segments -> RelayLab.stream(List.of(content), null));
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(program.lmtp() ? HopProtocol.LMTP : HopProtocol.SMTP)
            .setRoute("foreign")
            .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(server.port()))
            .build();
    DeliveryRequested.Builder request =
        RelayLab.request(
                RelayLab.level(TlsLevel.ENCRYPTION_ONLY), hop, mail.to().toArray(String[]::new))
            .setSize(content.length);
    mail.more().accept(request);
    return request;
  }
}
