package io.postern.policy.notices;

import static io.postern.policy.notices.ParsedDsn.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MailDateFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The content of a DSN, read by a MIME parser that is not ours. */
class DsnTest {
  private static final TlsRequirement LOOSE = Samples.requires(TlsLevel.OPPORTUNISTIC);
  private static final RecipientOutcome UNKNOWN_USER =
      Samples.outcome(0, OutcomeKind.FAILED, "remote-5xx").toBuilder()
          .setReply(Samples.reply(550, "5.1.1", "No such user here", "RCPT"))
          .build();
  private final QueueId queueId = QueueId.next(2);

  private MessageAccepted failed(MessageAccepted original, RecipientOutcome... recipients) {
    return Dsn.of(
        Samples.report(
            Samples.notice(queueId, NoticeKind.NOTICE_FAILED, recipients).build(),
            original,
            Samples.attempt(queueId, LOOSE, recipients).build()),
        Samples.FAILED + 9);
  }

  @Test
  void theEnvelopeHasANullReversePathAndTheSenderAsItsRecipient() {
    MessageAccepted original = Samples.message(queueId, "bob@fabrikam.example").build();
    MessageAccepted dsn = failed(original, UNKNOWN_USER);

    assertThat(dsn.getEnvelope().getReversePath()).isEmpty();
    assertThat(dsn.getEnvelope().getRecipientsList())
        .singleElement()
        .satisfies(r -> assertThat(r.getAddress()).isEqualTo("ann@contoso.example"))
        .satisfies(r -> assertThat(r.getNotifyList()).containsExactly("NEVER"));
    assertThat(dsn.getEnvelope().getBody()).isEqualTo(BodyType.BODY_7BIT);
    assertThat(dsn.getQueueId())
        .isEqualTo(QueueId.derived(2, queueId + "/failed/1/0", Samples.FAILED + 5).value());
    assertThat(dsn.getCauseQueueId()).isEqualTo(queueId.value());
    assertThat(dsn.getCause()).isEqualTo("failed");
    assertThat(dsn.getAcceptedMillis()).isEqualTo(Samples.FAILED + 9);
    assertThat(dsn.getMessageId()).isEqualTo("<" + dsn.getQueueId() + "@mx.contoso.example>");
    assertThat(dsn.getSession().getServerName()).isEqualTo("mx.contoso.example");
    assertThat(dsn.getSession().getProtocol()).isEqualTo("internal");
    RecipientGroup group = dsn.getGroups(0);
    assertThat(group.getOrganization()).isEqualTo("contoso");
    assertThat(group.getDirection()).isEqualTo(Direction.ORIGINATING);
    assertThat(group.getRecipientsList()).containsExactly(0);
    assertThat(group.getExplanation().getSummary()).contains(queueId.value());
    assertThat(dsn.getContentList()).hasSize(1);
    assertThat(dsn.getSize()).isEqualTo(dsn.getContent(0).getInline().size());
    assertThat(dsn.getContent(0).getInline().toStringUtf8())
        .startsWith(dsn.getHeaderBlock().toStringUtf8() + "\r\n");
  }

  @Test
  void rfc6522_threePartsUnderAHeaderThatAnswersNobody() throws Exception {
    ParsedDsn dsn =
        new ParsedDsn(
            failed(Samples.message(queueId, "bob@fabrikam.example").build(), UNKNOWN_USER), "");

    ContentType type = new ContentType(dsn.message.getContentType());
    assertThat(type.getBaseType()).isEqualTo("multipart/report");
    assertThat(type.getParameter("report-type")).isEqualTo("delivery-status");
    assertThat(dsn.header("From"))
        .isEqualTo("Mail Delivery System <MAILER-DAEMON@mx.contoso.example>");
    assertThat(dsn.header("To")).isEqualTo("<ann@contoso.example>");
    assertThat(dsn.header("Subject")).startsWith("Undeliverable");
    assertThat(dsn.header("Auto-Submitted")).isEqualTo("auto-replied");
    assertThat(dsn.header("MIME-Version")).isEqualTo("1.0");
    assertThat(dsn.header("In-Reply-To")).isEqualTo("<m1@contoso.example>");
    assertThat(dsn.header("Message-ID")).matches("<[0-9a-z]{21}@mx\\.contoso\\.example>");
    assertThat(new MailDateFormat().parse(dsn.header("Date")).getTime())
        .isEqualTo(Samples.FAILED / 1000 * 1000);
    assertThat(dsn.parts.getCount()).isEqualTo(3);
    assertThat(dsn.part(0).getContentType()).startsWith("text/plain");
    assertThat(dsn.part(1).getContentType()).startsWith("message/delivery-status");
    assertThat(dsn.part(2).getContentType()).startsWith("text/rfc822-headers");
    assertThat(dsn.content(2)).asString().isEqualTo(Samples.HEADER);
  }

  @Test
  void rfc3464_theFieldsOfAFailure() throws Exception {
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getEnvelopeBuilder().setEnvelopeId("QQ+314=159");
    original
        .getEnvelopeBuilder()
        .getRecipientsBuilder(0)
        .setOriginalRecipient("rfc822;bob+x@old.example");
    List<InternetHeaders> status =
        new ParsedDsn(failed(original.build(), UNKNOWN_USER), "").status();

    assertThat(status).hasSize(2);
    InternetHeaders message = status.get(0);
    assertThat(field(message, "Original-Envelope-Id")).isEqualTo("QQ+314=159");
    assertThat(field(message, "Reporting-MTA")).isEqualTo("dns; mx.contoso.example");
    assertThat(field(message, "Arrival-Date")).isEqualTo("Fri, 15 Jan 2027 08:00:00 +0000");
    InternetHeaders recipient = status.get(1);
    assertThat(field(recipient, "Original-Recipient")).isEqualTo("rfc822; bob+x@old.example");
    assertThat(field(recipient, "Final-Recipient")).isEqualTo("rfc822; bob@fabrikam.example");
    assertThat(field(recipient, "Action")).isEqualTo("failed");
    assertThat(field(recipient, "Status")).isEqualTo("5.1.1");
    assertThat(field(recipient, "Remote-MTA")).isEqualTo("dns; mail.fabrikam.example");
    assertThat(field(recipient, "Diagnostic-Code")).isEqualTo("smtp; 550 5.1.1 No such user here");
    assertThat(field(recipient, "Last-Attempt-Date")).isEqualTo("Fri, 15 Jan 2027 08:01:30 +0000");
    assertThat(field(recipient, "Will-Retry-Until")).isEmpty();
  }

  @Test
  void eachRecipientNamesTheHostThatRefusedIt() throws Exception {
    OutcomeRecorded outcome =
        Samples.attempt(
                queueId,
                Samples.requires(TlsLevel.OPPORTUNISTIC),
                Samples.outcome(0, OutcomeKind.FAILED, "remote-5xx"),
                Samples.outcome(1, OutcomeKind.FAILED, "remote-5xx").toBuilder()
                    .setConnection(1)
                    .build())
            .addOtherConnections(OutcomeConnection.newBuilder().setHost("second.fabrikam.example"))
            .build();
    Report report =
        Samples.report(
            Samples.notice(
                    queueId,
                    NoticeKind.NOTICE_FAILED,
                    outcome.getRecipients(0),
                    outcome.getRecipients(1))
                .build(),
            Samples.message(queueId, "bob@fabrikam.example", "eve@fabrikam.example").build(),
            outcome);
    assertThat(report.recipients())
        .extracting(ReportedRecipient::host)
        .containsExactly("mail.fabrikam.example", "second.fabrikam.example");
  }

  @Test
  void theHumanPartSaysWhatHappenedWhatTheServerSaidAndWhoMustAct() throws Exception {
    String human =
        new ParsedDsn(
                failed(Samples.message(queueId, "bob@fabrikam.example").build(), UNKNOWN_USER), "")
            .human();
    assertThat(human)
        .contains(
            "could not be delivered",
            "<bob@fabrikam.example>",
            "mail.fabrikam.example answered (to RCPT): 550 5.1.1 No such user here",
            "You need to check the address",
            queueId.value());
  }

  private String forced(Direction direction, String reason) throws Exception {
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getGroupsBuilder(0).setDirection(direction).setConnector("secret name");
    TlsRequirement required =
        Samples.requires(TlsLevel.DOMAIN_VALIDATION).toBuilder()
            .setTlsDomain("mail.fabrikam.example")
            .build();
    RecipientOutcome last = Samples.outcome(0, OutcomeKind.DEFERRED, reason);
    ParsedDsn dsn =
        new ParsedDsn(
            Dsn.of(
                Samples.report(
                    Samples.notice(
                            queueId,
                            NoticeKind.NOTICE_FAILED,
                            Samples.outcome(0, OutcomeKind.EXPIRED_OUTCOME, ""))
                        .setRequirement(required)
                        .build(),
                    original.build(),
                    Samples.attempt(queueId, required, last)
                        .setConnector("To Fabrikam")
                        .setToken("domain-validation/" + reason)
                        .build()),
                1),
            "");
    InternetHeaders recipient = dsn.status().get(1);
    assertThat(field(recipient, "X-Postern-TLS")).isEqualTo("domain-validation/" + reason);
    assertThat(field(recipient, "Diagnostic-Code")).isEqualTo("X-Postern; " + reason);
    assertThat(new String(dsn.bytes, StandardCharsets.UTF_8))
        .as("G8: no connector is named, since any stranger may be the sender")
        .doesNotContain("secret name", "To Fabrikam");
    return dsn.human();
  }

  @Test
  void aTlsRequirementThatCouldNotBeMetIsToldWithWhoMustActAsTheSenderSeesIt() throws Exception {
    assertThat(forced(Direction.ORIGINATING, "expired"))
        .contains(
            "The time limit for its delivery was exceeded.",
            "certificate has expired",
            "must travel over an encrypted connection (TLS)",
            "carries the name mail.fabrikam.example",
            "Nothing was sent over a weaker connection",
            "The recipient's mail administrator needs to renew the certificate");
    assertThat(forced(Direction.ORIGINATING, "revocation-unreachable"))
        .contains("Your mail administrator needs to make sure");
    assertThat(forced(Direction.INCOMING, "revocation-unreachable"))
        .contains("The recipient's mail administrator needs to make sure", "the expected name")
        .doesNotContain("Your mail administrator", "carries the name mail");
  }

  @Test
  void aDelayTellsUntilWhenItIsTried() throws Exception {
    RecipientOutcome last = Samples.outcome(0, OutcomeKind.DEFERRED, "connect-failed");
    ParsedDsn dsn =
        new ParsedDsn(
            Dsn.of(
                Samples.report(
                    Samples.notice(queueId, NoticeKind.NOTICE_DELAYED, last).build(),
                    Samples.message(queueId, "bob@fabrikam.example").build(),
                    Samples.attempt(queueId, LOOSE, last).build()),
                1),
            "");
    InternetHeaders recipient = dsn.status().get(1);
    assertThat(field(recipient, "Action")).isEqualTo("delayed");
    assertThat(field(recipient, "Status")).isEqualTo("4.4.316");
    assertThat(field(recipient, "Will-Retry-Until")).isEqualTo("Sat, 16 Jan 2027 08:00:00 +0000");
    assertThat(dsn.human())
        .contains("has not been delivered yet", "until Sat, 16 Jan 2027", "could not be reached");
    assertThat(dsn.header("Subject")).startsWith("Delayed");
  }

  @Test
  void rfc3461_5_2_2_aRelayedMessageIsNoFailure() throws Exception {
    RecipientOutcome last =
        Samples.outcome(0, OutcomeKind.DELIVERED, "").toBuilder()
            .setReply(Samples.reply(250, "2.6.0", "Queued", "end-of-data"))
            .setRelayed(true)
            .build();
    ParsedDsn dsn =
        new ParsedDsn(
            Dsn.of(
                Samples.report(
                    Samples.notice(queueId, NoticeKind.NOTICE_RELAYED, last).build(),
                    Samples.message(queueId, "bob@fabrikam.example").build(),
                    Samples.attempt(queueId, LOOSE, last).build()),
                1),
            "");
    InternetHeaders recipient = dsn.status().get(1);
    assertThat(field(recipient, "Action")).isEqualTo("relayed");
    assertThat(field(recipient, "Status")).isEqualTo("2.6.0");
    assertThat(dsn.human()).contains("forwarded").doesNotContain("What to do", "could not");
  }

  @ParameterizedTest
  @CsvSource({
    "hold-limit, 'held, and was not released in time'",
    "administrator, 'An administrator cancelled its delivery'",
    "of-a-newer-version, 'Its delivery was cancelled.'",
  })
  void whatWasCancelledSaysByWhomAndWhyItWasHeld(String by, String sentence) throws Exception {
    ParsedDsn dsn =
        new ParsedDsn(
            Dsn.of(
                Samples.report(
                    Samples.notice(
                            queueId,
                            NoticeKind.NOTICE_FAILED,
                            Samples.outcome(0, OutcomeKind.CANCELLED, by))
                        .build(),
                    Samples.message(queueId, "bob@fabrikam.example").build(),
                    Samples.attempt(
                            queueId,
                            LOOSE,
                            Samples.outcome(0, OutcomeKind.HELD, "connector-removed"))
                        .build()),
                1),
            "");
    assertThat(dsn.human()).contains(sentence, "with less protection").doesNotContain("What to do");
    assertThat(field(dsn.status().get(1), "Status")).isEqualTo("5.7.1");
  }

  @Test
  void recipientsWithTheSameFateAreToldOfTogether() throws Exception {
    MessageAccepted original =
        Samples.message(queueId, "a@fabrikam.example", "b@fabrikam.example", "c@x.example").build();
    ParsedDsn dsn =
        new ParsedDsn(
            failed(
                original,
                UNKNOWN_USER,
                UNKNOWN_USER.toBuilder().setRecipient(1).build(),
                Samples.outcome(2, OutcomeKind.FAILED, "no-mail-host")),
            "");
    assertThat(dsn.human()).containsOnlyOnce("No such user here").contains("<a@", "<b@", "<c@");
    assertThat(dsn.status()).hasSize(4);
  }

  @Test
  void retFullReturnsTheContentByReferenceBetweenInlineSegments() throws Exception {
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getEnvelopeBuilder().setRet("FULL").setBody(BodyType.BODY_8BITMIME);
    MessageAccepted dsn =
        Dsn.of(
            Samples.report(
                Samples.notice(queueId, NoticeKind.NOTICE_FAILED, UNKNOWN_USER)
                    .setRequirement(LOOSE)
                    .build(),
                original.build(),
                Samples.attempt(queueId, LOOSE, UNKNOWN_USER).build()),
            1);
    assertThat(dsn.getContentList()).hasSize(4);
    assertThat(dsn.getContentList().subList(1, 3)).isEqualTo(original.getContentList());
    assertThat(dsn.getSize())
        .isEqualTo(
            dsn.getContent(0).getInline().size() + 1247 + dsn.getContent(3).getInline().size());
    assertThat(dsn.getEnvelope().getBody()).isEqualTo(BodyType.BODY_8BITMIME);

    ParsedDsn parsed = new ParsedDsn(dsn, "Subject: whole\r\n\r\nBody ä without a line end");
    assertThat(parsed.header("Content-Transfer-Encoding")).isEqualTo("8bit");
    assertThat(parsed.parts.getCount()).isEqualTo(3);
    assertThat(parsed.part(2).getContentType()).startsWith("message/rfc822");
    assertThat(parsed.content(2))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("Received: x\r\nSubject: whole\r\n\r\nBody ä without a line end");
  }

  @Test
  void G3_retFullOfForcedTlsReturnsTheHeaderAlone() {
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getEnvelopeBuilder().setRet("FULL");
    TlsRequirement forced = Samples.requires(TlsLevel.ENCRYPTION_ONLY);
    MessageAccepted dsn =
        Dsn.of(
            Samples.report(
                Samples.notice(queueId, NoticeKind.NOTICE_FAILED, UNKNOWN_USER)
                    .setRequirement(forced)
                    .build(),
                original.build(),
                Samples.attempt(queueId, forced, UNKNOWN_USER).build()),
            1);
    assertThat(dsn.getContentList()).allMatch(ContentSegment::hasInline);
  }

  @Test
  void aHeaderWith8BitOctetsTravelsIn7Bit() throws Exception {
    byte[] header = "Subject: grün\r\nX: bare\nline\r\n".getBytes(StandardCharsets.ISO_8859_1);
    MessageAccepted original =
        Samples.message(queueId, "bob@fabrikam.example")
            .setHeaderBlock(ByteString.copyFrom(header))
            .build();
    MessageAccepted dsn = failed(original, UNKNOWN_USER);
    ParsedDsn parsed = new ParsedDsn(dsn, "");
    assertThat(parsed.content(2)).isEqualTo(header);
    assertThat(MimeText.isSevenBit(parsed.bytes)).isTrue();
    assertThat(dsn.getEnvelope().getBody()).isEqualTo(BodyType.BODY_7BIT);
  }

  @Test
  void theReturnedHeaderHasAtMost32KiB() throws Exception {
    String line = "X: " + "y".repeat(60) + "\r\n";
    MessageAccepted original =
        Samples.message(queueId, "bob@fabrikam.example")
            .setHeaderBlock(ByteString.copyFromUtf8(line.repeat(1_000)))
            .build();
    byte[] returned = new ParsedDsn(failed(original, UNKNOWN_USER), "").content(2);
    assertThat(returned.length).isBetween(32 * 1024 - line.length(), 32 * 1024);
    assertThat(returned.length % line.length()).isZero();
  }

  /** Whoever the sender is: they do not leave the organization in a DSN either. */
  @Test
  void theReturnedHeaderHasNoFieldsOfTheOrganization() throws Exception {
    MessageAccepted.Builder original =
        Samples.message(queueId, "bob@fabrikam.example")
            .setHeaderBlock(
                ByteString.copyFromUtf8(
                    "Subject: a\r\nX-MS-Exchange-Organization-SCL:\r\n -1\r\nTo: b\r\n"));
    original.getHeaderFirewallBuilder().setOrganization(1).setOrganizationBytes(35);
    assertThat(new ParsedDsn(failed(original.build(), UNKNOWN_USER), "").content(2))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("Subject: a\r\nTo: b\r\n");
  }

  private MessageAccepted.Builder international(String from, String header) {
    MessageAccepted.Builder original =
        Samples.message(queueId, "grå@blå.example").setHeaderBlock(ByteString.copyFromUtf8(header));
    original.getEnvelopeBuilder().setSmtputf8(true).setReversePath(from);
    original
        .getEnvelopeBuilder()
        .getRecipientsBuilder(0)
        .setOriginalRecipient("utf-8;\\x{E5}\\x{2B}b@x");
    return original;
  }

  private static final RecipientOutcome REFUSED_IN_UTF8 =
      UNKNOWN_USER.toBuilder()
          .setReply(Samples.reply(550, "5.1.1", "kein Postfach für grå", "RCPT"))
          .build();

  @Test
  void rfc6533_4_aDsnToAnAddressInUtf8IsInUtf8() throws Exception {
    String header = "Subject: grün\r\n";
    MessageAccepted dsn =
        failed(international("änn@contoso.example", header).build(), REFUSED_IN_UTF8);
    assertThat(dsn.getEnvelope().getSmtputf8()).isTrue();
    assertThat(dsn.getEnvelope().getBody()).isEqualTo(BodyType.BODY_8BITMIME);
    ParsedDsn parsed = new ParsedDsn(dsn, "");
    ContentType type = new ContentType(parsed.message.getContentType());
    assertThat(type.getParameter("report-type")).isEqualTo("global-delivery-status");
    assertThat(parsed.header("Content-Transfer-Encoding")).isEqualTo("8bit");
    assertThat(parsed.part(1).getContentType()).startsWith("message/global-delivery-status");
    InternetHeaders recipient = parsed.status().get(1);
    assertThat(field(recipient, "Final-Recipient")).isEqualTo("utf-8; grå@blå.example");
    assertThat(field(recipient, "Original-Recipient")).isEqualTo("utf-8; å+b@x");
    assertThat(field(recipient, "Diagnostic-Code"))
        .isEqualTo("smtp; 550 5.1.1 kein Postfach für grå");
    assertThat(parsed.human()).contains("<grå@blå.example>");
    assertThat(parsed.part(2).getContentType()).startsWith("message/global-headers");
    assertThat(parsed.content(2)).asString(StandardCharsets.UTF_8).isEqualTo(header);
    assertThat(new String(parsed.bytes, StandardCharsets.UTF_8))
        .contains("To: <änn@contoso.example>\r\n");
  }

  @Test
  void rfc6533_3_aDsnToAnAddressInAsciiPassesAnyHost() throws Exception {
    String header = "Subject: grün\r\n";
    MessageAccepted dsn =
        failed(international("ann@contoso.example", header).build(), REFUSED_IN_UTF8);
    assertThat(dsn.getEnvelope().getSmtputf8()).isFalse();
    assertThat(dsn.getEnvelope().getBody()).isEqualTo(BodyType.BODY_7BIT);
    ParsedDsn parsed = new ParsedDsn(dsn, "");
    assertThat(MimeText.isSevenBit(parsed.bytes)).isTrue();
    ContentType type = new ContentType(parsed.message.getContentType());
    assertThat(type.getParameter("report-type")).isEqualTo("delivery-status");
    InternetHeaders recipient = parsed.status().get(1);
    assertThat(field(recipient, "Final-Recipient")).isEqualTo("utf-8; gr\\x{E5}@bl\\x{E5}.example");
    assertThat(field(recipient, "Original-Recipient")).isEqualTo("utf-8; \\x{E5}\\x{2B}b@x");
    assertThat(field(recipient, "Diagnostic-Code"))
        .isEqualTo("smtp; 550 5.1.1 kein Postfach f?r gr?");
    assertThat(parsed.human()).contains("<grå@blå.example>");
    assertThat(parsed.part(2).getContentType()).startsWith("text/rfc822-headers");
    assertThat(parsed.content(2)).asString(StandardCharsets.UTF_8).isEqualTo(header);
  }

  @Test
  void aSenderWhoseDomainAloneIsInternationalizedIsWrittenToInAsciiAlone() throws Exception {
    MessageAccepted dsn =
        failed(international("ann@blå.example", "Subject: x\r\n").build(), UNKNOWN_USER);
    assertThat(dsn.getEnvelope().getRecipients(0).getAddress()).isEqualTo("ann@xn--bl-zia.example");
    assertThat(dsn.getEnvelope().getSmtputf8()).isFalse();
    ParsedDsn parsed = new ParsedDsn(dsn, "");
    assertThat(parsed.header("To")).isEqualTo("<ann@xn--bl-zia.example>");
    assertThat(MimeText.isSevenBit(parsed.bytes)).isTrue();
  }

  @Test
  void whatIsInAsciiKeepsItsTypesInADsnToAnAddressInUtf8() throws Exception {
    MessageAccepted.Builder original = international("änn@contoso.example", "Subject: x\r\n");
    original
        .getEnvelopeBuilder()
        .setRecipients(0, Samples.message(queueId, "bob@x.example").getEnvelope().getRecipients(0));
    ParsedDsn parsed = new ParsedDsn(failed(original.build(), UNKNOWN_USER), "");
    ContentType type = new ContentType(parsed.message.getContentType());
    assertThat(type.getParameter("report-type")).isEqualTo("delivery-status");
    assertThat(parsed.part(1).getContentType()).startsWith("message/delivery-status");
    assertThat(parsed.part(2).getContentType()).startsWith("text/rfc822-headers");
  }

  @Test
  void aHeaderThatIsNoUtf8IsNotPassedOffAsSuch() throws Exception {
    byte[] latin1 = "Subject: grün\r\n".getBytes(StandardCharsets.ISO_8859_1);
    MessageAccepted original =
        international("änn@contoso.example", "")
            .setHeaderBlock(ByteString.copyFrom(latin1))
            .build();
    ParsedDsn parsed = new ParsedDsn(failed(original, UNKNOWN_USER), "");
    assertThat(parsed.part(2).getContentType()).startsWith("text/rfc822-headers");
    assertThat(parsed.content(2)).isEqualTo(latin1);
  }

  @Test
  void rfc8689_5_aDsnAboutAMessageWithRequireTlsHasItTooAndNothingOfTheMessage() throws Exception {
    MessageAccepted.Builder original =
        Samples.message(queueId, "bob@fabrikam.example")
            .setHeaderBlock(ByteString.copyFromUtf8("Subject: secret\r\nTo: hidden@x.example\r\n"));
    original.getEnvelopeBuilder().setRet("FULL").setRequireTls(RequireTls.REQUIRE_TLS_YES);
    MessageAccepted dsn = failed(original.build(), UNKNOWN_USER);
    assertThat(dsn.getEnvelope().getRequireTls()).isEqualTo(RequireTls.REQUIRE_TLS_YES);
    assertThat(dsn.getContentList()).singleElement().matches(ContentSegment::hasInline);
    ParsedDsn parsed = new ParsedDsn(dsn, "");
    assertThat(parsed.parts.getCount()).isEqualTo(2);
    assertThat(parsed.status()).hasSize(2);
    assertThat(parsed.human()).contains("<bob@fabrikam.example>", "<m1@contoso.example>");
    assertThat(new String(parsed.bytes, StandardCharsets.UTF_8)).doesNotContain("secret", "hidden");
    assertThat(failed(Samples.message(queueId, "b@x.example").build(), UNKNOWN_USER))
        .satisfies(
            other ->
                assertThat(other.getEnvelope().getRequireTls())
                    .isEqualTo(RequireTls.REQUIRE_TLS_UNSPECIFIED));
  }

  @Test
  void theConfiguredHostNameComesFirstAndAnUnfitOneIsNotUsed() throws Exception {
    MessageAccepted original = Samples.message(queueId, "bob@fabrikam.example").build();
    var notice = Samples.notice(queueId, NoticeKind.NOTICE_FAILED, UNKNOWN_USER).build();
    Report report =
        new Reports(
                Action.FAILED,
                notice,
                original,
                OutcomeRecorded.getDefaultInstance(),
                Optional.of("postern.contoso.example"))
            .of(notice.getRecipientsList(), 2)
            .getFirst();
    assertThat(report.hostName()).isEqualTo("postern.contoso.example");
    MessageAccepted.Builder bad = original.toBuilder();
    bad.getSessionBuilder().setServerName("x\r\nBcc: all@contoso.example");
    assertThat(Samples.report(notice, bad.build(), OutcomeRecorded.getDefaultInstance()).hostName())
        .isEqualTo("localhost");
  }

  @Test
  void G8_recipientsOfTwoOrganizationsNeverShareADsn() throws Exception {
    MessageAccepted.Builder original =
        Samples.message(queueId, "a@contoso.example", "b@woodgrove.example", "c@contoso.example");
    original
        .clearGroups()
        .addGroups(
            RecipientGroup.newBuilder()
                .setOrganization("contoso")
                .setDirection(Direction.INCOMING)
                .addRecipients(0)
                .addRecipients(2))
        .addGroups(
            RecipientGroup.newBuilder()
                .setOrganization("woodgrove")
                .setDirection(Direction.INCOMING)
                .addRecipients(1));
    RecipientOutcome second = UNKNOWN_USER.toBuilder().setRecipient(1).build();
    RecipientOutcome third = UNKNOWN_USER.toBuilder().setRecipient(2).build();
    var notice =
        Samples.notice(queueId, NoticeKind.NOTICE_FAILED, UNKNOWN_USER, second, third).build();
    List<Report> reports =
        new Reports(
                Action.FAILED,
                notice,
                original.build(),
                Samples.attempt(queueId, LOOSE, UNKNOWN_USER, second, third).build(),
                Optional.empty())
            .of(notice.getRecipientsList(), 2);

    assertThat(reports).extracting(Report::organization).containsExactly("contoso", "woodgrove");
    assertThat(reports).extracting(Report::queueId).doesNotHaveDuplicates();
    assertThat(reports.get(0).recipients()).hasSize(2);
    assertThat(
            new String(new ParsedDsn(Dsn.of(reports.get(0), 1), "").bytes, StandardCharsets.UTF_8))
        .doesNotContain("woodgrove");
    assertThat(
            new String(new ParsedDsn(Dsn.of(reports.get(1), 1), "").bytes, StandardCharsets.UTF_8))
        .doesNotContain("a@contoso.example", "c@contoso.example");
  }

  @Test
  void G6_aThousandRecipientsWithLongNamesAndRepliesFitIntoRecords() throws Exception {
    MessageAccepted.Builder original = Samples.message(queueId);
    original.getGroupsBuilder(0).clearRecipients();
    var notice = Samples.notice(queueId, NoticeKind.NOTICE_FAILED);
    for (int i = 0; i < 1_000; i++) {
      original
          .getEnvelopeBuilder()
          .addRecipientsBuilder()
          .setAddress(i + "x".repeat(60) + "@" + "d.".repeat(120) + "example")
          .setOriginalRecipient("rfc822;" + "o".repeat(490));
      original.getGroupsBuilder(0).addRecipients(i);
      notice.addRecipients(
          Samples.outcome(i, OutcomeKind.FAILED, "remote-5xx").toBuilder()
              .setReply(Samples.reply(550, "5.1.1", "é".repeat(1024), "RCPT" + i)));
    }
    List<Report> reports =
        new Reports(
                Action.FAILED,
                notice.build(),
                original.setHeaderBlock(ByteString.copyFrom(new byte[32 * 1024])).build(),
                OutcomeRecorded.getDefaultInstance(),
                Optional.empty())
            .of(notice.getRecipientsList(), 2);
    assertThat(reports).hasSize(10);
    assertThat(reports).extracting(r -> r.queueId().value()).doesNotHaveDuplicates();
    assertThat(reports)
        .allSatisfy(
            report -> assertThat(Dsn.of(report, 1).getSerializedSize()).isLessThan(1_000_000));
  }
}
