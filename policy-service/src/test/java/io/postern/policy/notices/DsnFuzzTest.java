package io.postern.policy.notices;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import jakarta.mail.Header;
import jakarta.mail.internet.InternetHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever strangers write, a DSN has three parts and only the fields that we wrote. */
class DsnFuzzTest {
  private static final Set<String> FIELDS =
      Set.of(
          "Date",
          "From",
          "To",
          "Subject",
          "Message-ID",
          "In-Reply-To",
          "References",
          "Auto-Submitted",
          "MIME-Version",
          "Content-Type",
          "Content-Transfer-Encoding");
  private static final Set<String> STATUS =
      Set.of(
          "Original-Envelope-Id",
          "Reporting-MTA",
          "Arrival-Date",
          "X-Postern-Queue-Id",
          "Original-Recipient",
          "Final-Recipient",
          "Action",
          "Status",
          "Remote-MTA",
          "Diagnostic-Code",
          "X-Postern-TLS",
          "Last-Attempt-Date",
          "Will-Retry-Until");
  private static final String[] PIECES = {
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "--",
    "--=_",
    "Bcc: all@contoso.example",
    "\r\nAction: delivered",
    ": ",
    " ",
    "          ",
    "\t",
    "\0",
    "é",
    "\u202e",
    "\u2028",
    "\ud83d\ude00",
    "\ud800",
    "=",
    "=0D=0A",
    "x",
    "y@z.example",
    "\"",
    "\\",
    "<",
    ">",
    "Content-Type: text/html",
    ".",
    "\r\n.\r\n",
    "x".repeat(600),
    "é".repeat(400),
    "550 5.1.1",
    "+",
    ";",
    "\u0085",
    "From ",
  };
  private final Random random = new Random(3464);
  private final List<String> reasons;

  DsnFuzzTest() throws Exception {
    reasons = MeaningsTest.reasons();
  }

  private String text(int most) {
    StringBuilder text = new StringBuilder();
    for (int piece = random.nextInt(most); piece > 0; piece--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private byte[] bytes(int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }

  private Report report() {
    QueueId queueId = QueueId.next(2);
    int count = random.nextInt(1, 4);
    MessageAccepted.Builder original =
        Samples.message(
                queueId, Collections.nCopies(count, "bob@fabrikam.example").toArray(String[]::new))
            .setMessageId(text(4))
            .setHeaderBlock(
                random.nextBoolean()
                    ? ByteString.copyFrom(bytes(2_000))
                    : ByteString.copyFromUtf8(text(40)))
            .setHeaderBlockCut(random.nextBoolean());
    original
        .getEnvelopeBuilder()
        .setEnvelopeId(text(4))
        .setSmtputf8(random.nextBoolean())
        .setReversePath(random.nextInt(4) == 0 ? "änn@contoso.example" : "ann@contoso.example")
        .setRet(random.nextBoolean() ? "FULL" : "");
    original.getSessionBuilder().setServerName(random.nextBoolean() ? "mx.example" : text(3));
    original.getGroupsBuilder(0).setDirection(Direction.forNumber(random.nextInt(3)));
    TlsRequirement requirement =
        TlsRequirement.newBuilder()
            .setLevelValue(random.nextInt(7))
            .setTlsDomain(text(4))
            .setForwardSecrecy(random.nextBoolean())
            .setPostQuantum(random.nextBoolean())
            .build();
    List<RecipientOutcome> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      original
          .getEnvelopeBuilder()
          .getRecipientsBuilder(i)
          .setAddress(text(5))
          .setOriginalRecipient(text(5));
      outcomes.add(
          Samples.outcome(
                  i,
                  OutcomeKind.forNumber(random.nextInt(8)),
                  random.nextBoolean() ? reasons.get(random.nextInt(reasons.size())) : text(3))
              .toBuilder()
              .setReply(
                  Samples.reply(
                      random.nextInt(600), text(3), text(8), random.nextBoolean() ? "" : text(3)))
              .build());
    }
    RecipientOutcome[] all = outcomes.toArray(RecipientOutcome[]::new);
    return Samples.report(
        Samples.notice(queueId, NoticeKind.forNumber(random.nextInt(1, 4)), all)
            .setRequirement(requirement)
            .setNoticeId(queueId + text(2))
            .build(),
        original.build(),
        Samples.attempt(
                queueId,
                random.nextBoolean() ? requirement : Samples.requires(TlsLevel.OPPORTUNISTIC),
                all)
            .setHost(text(3))
            .setToken(text(3))
            .build());
  }

  @Test
  void anyReplyAddressAndHeaderGiveAReportOfThreePartsWithoutForeignFields() throws Exception {
    for (int run = 0; run < 800; run++) {
      Report report = report();
      ParsedDsn dsn = new ParsedDsn(Dsn.of(report, 1), "returned\r\n");

      Set<String> fields = new TreeSet<>();
      for (Header header : Collections.list(dsn.message.getAllHeaders())) {
        assertThat(fields.add(header.getName())).as("twice: %s", header.getName()).isTrue();
      }
      assertThat(FIELDS).containsAll(fields);
      assertThat(dsn.message.getHeader("To")).hasSize(1);
      assertThat(dsn.parts.getCount()).isEqualTo(3);

      List<InternetHeaders> status = dsn.status();
      assertThat(status).hasSize(1 + report.recipients().size());
      for (InternetHeaders group : status) {
        Set<String> names = new TreeSet<>();
        for (Header field : Collections.list(group.getAllHeaders())) {
          assertThat(names.add(field.getName())).as("twice: %s", field.getName()).isTrue();
          assertThat(field.getValue().strip()).as(field.getName()).isNotEmpty();
        }
        assertThat(STATUS).containsAll(names);
      }
      for (InternetHeaders recipient : status.subList(1, status.size())) {
        assertThat(ParsedDsn.field(recipient, "Action")).isEqualTo(report.action().word());
        assertThat(ParsedDsn.field(recipient, "Status")).matches("[245]\\.\\d{1,3}\\.\\d{1,3}");
      }
      if (!report.whole()) {
        assertThat(dsn.content(2))
            .as("the header comes back as it was")
            .isEqualTo(report.original().getHeaderBlock().toByteArray());
        assertThat(
                report.international()
                    ? MimeText.isUtf8(dsn.bytes)
                    : MimeText.isSevenBit(dsn.bytes))
            .as("lines and octets")
            .isTrue();
      }
    }
  }

  @Test
  void quotedPrintableOfAnyOctetsIsSevenBitInLinesOf76() throws Exception {
    for (int run = 0; run < 2_000; run++) {
      byte[] octets = random.nextBoolean() ? bytes(300) : text(20).getBytes(StandardCharsets.UTF_8);
      byte[] encoded = MimeText.quotedPrintable(octets);
      assertThat(MimeText.isSevenBit(encoded)).isTrue();
      assertThat(new String(encoded, StandardCharsets.US_ASCII).lines())
          .allMatch(line -> line.length() <= 76);
      try (var decoded =
          jakarta.mail.internet.MimeUtility.decode(
              new java.io.ByteArrayInputStream(encoded), "quoted-printable")) {
        assertThat(decoded.readAllBytes()).isEqualTo(octets);
      }
    }
  }

  @Test
  void aFoldedFieldUnfoldsToItsValueInLinesThatAnyHostTakes() {
    for (int run = 0; run < 2_000; run++) {
      String value = MimeText.ascii(text(12), 1_024);
      StringBuilder out = new StringBuilder();
      MimeText.field(out, "Diagnostic-Code", "smtp; " + value);
      assertThat(out).endsWith("\r\n");
      String[] lines = out.substring(0, out.length() - 2).split("\r\n", -1);
      assertThat(lines).allMatch(line -> line.length() <= 998 && !line.isBlank());
      for (int i = 1; i < lines.length; i++) {
        assertThat(lines[i]).startsWith(" ");
      }
      assertThat(String.join("", lines).replace(" ", ""))
          .isEqualTo("Diagnostic-Code:smtp;" + value.replace(" ", ""));
    }
  }

  @Test
  void noTwoBoundariesAreTheSame() {
    assertThat(MimeText.boundary()).isNotEqualTo(MimeText.boundary()).matches("=_[0-9a-f]{32}");
  }
}
