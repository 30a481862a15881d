package io.postern.policy.notices;

import static io.postern.policy.notices.MimeText.CRLF;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.SessionFacts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A delivery status notification as an accepted message: multipart/report (RFC 6522) of up to three
 * parts, with a null reverse-path, to the original's sender (RFC 3461 §6.1). It originates from the
 * organization whose mail the original is. Pure but for the boundary.
 */
final class Dsn {
  /** SessionFacts.protocol of a message that came over no session. */
  static final String PROTOCOL = "internal";

  private Dsn() {}

  static MessageAccepted of(Report report, long nowMillis) {
    String sender = report.sender();
    String boundary = MimeText.boundary();
    String status = StatusPart.of(report);
    String statusType = (MimeText.isAscii(status) ? "" : "global-") + "delivery-status";
    ReturnedPart returned = ReturnedPart.of(report);
    boolean eightBit = !MimeText.isAscii(status) || returned != null && returned.eightBit();
    byte[] header = header(report, sender, boundary, statusType, eightBit);

    ByteArrayOutputStream front = new ByteArrayOutputStream();
    front.writeBytes(header);
    front.writeBytes(ascii(CRLF + "This is a delivery status notification in MIME." + CRLF));
    delimiter(front, boundary);
    human(front, report);
    delimiter(front, boundary);
    front.writeBytes(
        utf8(
            MimeText.partHeader(
                    "message/" + statusType,
                    MimeText.isAscii(status) ? "" : "8bit",
                    "Delivery report")
                + status));
    if (returned != null) {
      delimiter(front, boundary);
      front.writeBytes(returned.head());
    }
    // RFC 2046 §5.1.1: the CRLF before a delimiter belongs to it, however the returned content
    // ends.
    byte[] end = ascii(CRLF + "--" + boundary + "--" + CRLF);

    List<ContentSegment> content = new ArrayList<>();
    if (returned == null || returned.content().isEmpty()) {
      front.writeBytes(end);
      content.add(inline(front.toByteArray()));
    } else {
      content.add(inline(front.toByteArray()));
      content.addAll(returned.content());
      content.add(inline(end));
    }
    return MessageAccepted.newBuilder()
        .setQueueId(report.queueId().value())
        .setEnvelope(
            Envelope.newBuilder()
                .addRecipients(
                    EnvelopeRecipient.newBuilder()
                        .setAddress(sender)
                        .addNotify("NEVER")) // RFC 3461 §6.1
                .setBody(
                    eightBit || report.international()
                        ? BodyType.BODY_8BITMIME
                        : BodyType.BODY_7BIT)
                .setSmtputf8(report.international())
                // RFC 8689 §5: protected as the message that it is about.
                .setRequireTls(
                    report.requireTls()
                        ? RequireTls.REQUIRE_TLS_YES
                        : RequireTls.REQUIRE_TLS_UNSPECIFIED))
        .addGroups(group(report))
        .setSession(
            SessionFacts.newBuilder().setProtocol(PROTOCOL).setServerName(report.hostName()))
        .setHeaderBlock(ByteString.copyFrom(header))
        .addAllContent(content)
        .setSize(content.stream().mapToLong(Dsn::size).sum())
        .setAcceptedMillis(nowMillis)
        .setMessageId(messageId(report))
        .setCauseQueueId(report.original().getQueueId())
        .setCause(report.action().word())
        .build();
  }

  private static byte[] header(
      Report report, String sender, String boundary, String statusType, boolean eightBit) {
    StringBuilder header = new StringBuilder();
    MimeText.field(header, "Date", MimeText.date(report.atMillis()));
    MimeText.field(
        header, "From", "Mail Delivery System <MAILER-DAEMON@" + report.hostName() + ">");
    // As it was given: an address that the decider can read has no control characters.
    header.append("To: <").append(sender).append('>').append(CRLF);
    MimeText.field(
        header,
        "Subject",
        switch (report.action()) {
          case FAILED -> "Undeliverable: your message was not delivered";
          case DELAYED -> "Delayed: your message is still being tried";
          case RELAYED -> "Relayed: your message was forwarded";
        });
    MimeText.field(header, "Message-ID", messageId(report));
    String about = report.original().getMessageId();
    if (about.matches("<[!-;=?-~]{1,250}>")) {
      MimeText.field(header, "In-Reply-To", about); // RFC 3834 §3.1.6
      MimeText.field(header, "References", about);
    }
    MimeText.field(header, "Auto-Submitted", "auto-replied"); // RFC 3834 §5
    MimeText.field(header, "MIME-Version", "1.0");
    MimeText.field(
        header,
        "Content-Type",
        "multipart/report; report-type=" + statusType + "; boundary=\"" + boundary + "\"");
    MimeText.field(header, "Content-Transfer-Encoding", eightBit ? "8bit" : "7bit");
    return utf8(header.toString());
  }

  private static String messageId(Report report) {
    return "<" + report.queueId() + "@" + report.hostName() + ">";
  }

  private static void human(ByteArrayOutputStream out, Report report) {
    byte[] text = utf8(HumanPart.of(report));
    boolean plain = MimeText.isSevenBit(text);
    out.writeBytes(
        ascii(
            MimeText.partHeader(
                "text/plain; charset=utf-8", plain ? "7bit" : "quoted-printable", "Notification")));
    out.writeBytes(plain ? text : MimeText.quotedPrintable(text));
  }

  private static void delimiter(ByteArrayOutputStream out, String boundary) {
    out.writeBytes(ascii(CRLF + "--" + boundary + CRLF));
  }

  private static RecipientGroup group(Report report) {
    String about = report.original().getQueueId();
    return RecipientGroup.newBuilder()
        .addRecipients(0)
        .setOrganization(report.organization())
        .setDirection(Direction.ORIGINATING)
        .setExplanation(
            Explanation.newBuilder()
                .setSummary("Written here: a delivery status notification about " + about)
                .setOrganization(report.organization())
                .addSteps(
                    ExplanationStep.newBuilder()
                        .setSubject("delivery status notification")
                        .setMatched(true)
                        .setCondition(report.action().word())
                        .setDetail(report.recipients().size() + " of the recipients of " + about)))
        .build();
  }

  private static ContentSegment inline(byte[] bytes) {
    return ContentSegment.newBuilder().setInline(ByteString.copyFrom(bytes)).build();
  }

  private static long size(ContentSegment segment) {
    return segment.hasInline() ? segment.getInline().size() : segment.getReference().getSize();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
