package io.postern.policy.notices;

import static io.postern.policy.notices.MimeText.CRLF;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.fields.TlsDemand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A DSN's first part (RFC 6522 §3), for a person without knowledge of SMTP, and for that person's
 * administrator: the fate of each recipient, the other server's answer, the TLS requirement that
 * could not be met, and the repair. It names no connector and has no text of an explanation, since
 * any stranger may be the sender (G8). Pure.
 */
final class HumanPart {
  private static final int MAX_ADDRESS = 330;
  private static final String INDENT = "    ";

  private final Report report;
  private final StringBuilder out = new StringBuilder();

  private HumanPart(Report report) {
    this.report = report;
  }

  static String of(Report report) {
    return new HumanPart(report).write();
  }

  /** All that recipients share that one paragraph reports. */
  private static List<Object> fate(ReportedRecipient recipient) {
    return List.of(
        recipient.kind(),
        recipient.by(),
        recipient.reason(),
        recipient.reply(),
        recipient.requirement(),
        recipient.host());
  }

  private String write() {
    line("This is the mail system at " + report.hostName() + ".");
    out.append(CRLF);
    line(
        switch (report.action()) {
          case FAILED -> "Your message could not be delivered. No further attempts will be made.";
          case DELAYED ->
              "Your message has not been delivered yet. Delivery will be retried"
                  + until()
                  + ", and no action is needed now.";
          case RELAYED ->
              "Your message was forwarded to a mail server that sends no confirmations: you will "
                  + "be notified about this recipient only if delivery fails.";
        });
    Map<List<Object>, List<ReportedRecipient>> fates = new LinkedHashMap<>();
    for (ReportedRecipient recipient : report.recipients()) {
      fates.computeIfAbsent(fate(recipient), fate -> new ArrayList<>()).add(recipient);
    }
    fates.values().forEach(this::paragraph);
    out.append(CRLF).append("--").append(CRLF);
    line("Queue id: " + report.original().getQueueId());
    line("Accepted: " + MimeText.date(report.original().getAcceptedMillis()));
    if (!report.original().getMessageId().isEmpty()) {
      line("Message-ID: " + MimeText.clean(report.original().getMessageId(), 250));
    }
    line("The next part of this report contains details for administrators.");
    return out.toString();
  }

  private String until() {
    return report.expiresMillis() > 0 ? " until " + MimeText.date(report.expiresMillis()) : "";
  }

  private void paragraph(List<ReportedRecipient> recipients) {
    out.append(CRLF);
    for (ReportedRecipient recipient : recipients) {
      MimeText.paragraph(
          out, INDENT, "<" + MimeText.clean(recipient.recipient().getAddress(), MAX_ADDRESS) + ">");
    }
    ReportedRecipient first = recipients.getFirst();
    out.append(CRLF);
    if (report.action() != Action.RELAYED) {
      happened(first);
    }
    if (first.hostReplied()) {
      line(
          (first.host().isEmpty() ? "The mail server" : first.host())
              + " answered (to "
              + MimeText.clean(first.reply().getCommand(), 20)
              + "):");
      MimeText.paragraph(out, INDENT + "| ", said(first.reply()));
    } else if (!first.reply().getText().isEmpty()) {
      line("Details: " + MimeText.clean(first.reply().getText(), StatusPart.MAX_REPLY));
    }
    if (report.action() != Action.RELAYED && first.kind() != OutcomeKind.CANCELLED) {
      out.append(CRLF);
      line("What to do: " + duty(first.meaning()) + " to " + first.meaning().cure() + ".");
    }
  }

  private void happened(ReportedRecipient recipient) {
    if (recipient.kind() == OutcomeKind.CANCELLED) {
      line(
          switch (recipient.by()) {
            case Reasons.ADMINISTRATOR -> "An administrator cancelled its delivery.";
            case Reasons.HOLD_LIMIT -> "It was held, and was not released in time.";
            default -> "Its delivery was cancelled.";
          });
    } else if (recipient.kind() == OutcomeKind.EXPIRED_OUTCOME) {
      line("The time limit for its delivery was exceeded. The last problem was:");
    }
    if (recipient.kind() == OutcomeKind.CANCELLED && recipient.reason().isEmpty()) {
      return;
    }
    Meaning meaning = recipient.meaning();
    line(meaning.sentence());
    if (meaning.tls()) {
      line(required(recipient.requirement()));
    }
  }

  private String required(TlsRequirement required) {
    String encrypted =
        "Mail to this recipient must travel over an encrypted connection (TLS"
            + (required.getMinimumVersion() == TlsVersion.TLS_1_3 ? " 1.3" : "")
            + TlsDemand.flagWords(required)
                .map(words -> ", with " + words)
                .collect(Collectors.joining())
            + ")";
    String level =
        switch (required.getLevel()) {
          case ENCRYPTION_ONLY -> "";
          case CERTIFICATE_VALIDATION ->
              ", to a server with a valid certificate that is not revoked";
          case DOMAIN_VALIDATION ->
              ", to a server with a valid certificate that is not revoked and carries "
                  + (required.getTlsDomain().isEmpty()
                          || report.direction() != Direction.ORIGINATING
                      ? "the expected name"
                      : "the name " + MimeText.clean(required.getTlsDomain(), 255));
          case OPPORTUNISTIC, TLS_LEVEL_UNSPECIFIED, UNRECOGNIZED -> ", as its rules require";
        };
    return encrypted + level + ". Nothing was sent over a weaker connection.";
  }

  private String said(RemoteReply reply) {
    return MimeText.clean(
        (reply.getCode() + " " + reply.getEnhancedCode()).strip() + " " + reply.getText(),
        StatusPart.MAX_REPLY);
  }

  private String duty(Meaning meaning) {
    return switch (meaning.duty()) {
      case SENDER -> "You need";
      case PEER -> "The recipient's mail administrator needs";
      case OURS -> {
        String ours = administrator();
        yield Character.toUpperCase(ours.charAt(0)) + ours.substring(1) + " needs";
      }
    };
  }

  /** The administrator of this organization's mail, in the sender's words. */
  private String administrator() {
    return report.direction() == Direction.ORIGINATING
        ? "your mail administrator"
        : "the recipient's mail administrator";
  }

  private void line(String text) {
    MimeText.paragraph(out, "", text);
  }
}
