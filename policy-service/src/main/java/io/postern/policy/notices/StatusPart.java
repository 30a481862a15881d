package io.postern.policy.notices;

import static io.postern.policy.notices.MimeText.CRLF;

import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.RemoteReply;
import io.postern.smtp.Utf8AddressType;

/**
 * A DSN's second part: message/delivery-status (RFC 3464 §2) in ASCII, or
 * message/global-delivery-status (RFC 6533 §4) in UTF-8. Each value is one line, printable and
 * bounded, whatever an address or a reply holds. Pure.
 */
final class StatusPart {
  static final int MAX_REPLY = 1024;
  private static final int MAX_ADDRESS = 330;
  private static final int MAX_ORIGINAL = 500; // RFC 3461 §5.4

  private StatusPart() {}

  static String of(Report report) {
    StringBuilder out = new StringBuilder();
    Envelope envelope = report.original().getEnvelope();
    if (!envelope.getEnvelopeId().isEmpty()) {
      MimeText.field(
          out, "Original-Envelope-Id", MimeText.ascii(envelope.getEnvelopeId(), 100)); // §2.2.1
    }
    MimeText.field(out, "Reporting-MTA", "dns; " + report.hostName()); // §2.2.2
    MimeText.field(
        out, "Arrival-Date", MimeText.date(report.original().getAcceptedMillis())); // §2.2.5
    MimeText.field(out, "X-Postern-Queue-Id", report.original().getQueueId()); // §2.4
    for (ReportedRecipient recipient : report.recipients()) {
      out.append(CRLF);
      recipient(out, report, recipient);
    }
    return out.toString();
  }

  private static void recipient(StringBuilder out, Report report, ReportedRecipient recipient) {
    String original = recipient.recipient().getOriginalRecipient();
    int semicolon = original.indexOf(';');
    if (semicolon > 0) { // RFC 3461 §6.3: as given in ORCPT
      String type = MimeText.ascii(original.substring(0, semicolon), 40);
      String address = original.substring(semicolon + 1);
      MimeText.field(
          out,
          "Original-Recipient",
          type
              + "; "
              + (type.equalsIgnoreCase(Utf8AddressType.NAME)
                  ? utf8(report, Utf8AddressType.address(address))
                  : MimeText.ascii(address, MAX_ORIGINAL)));
    }
    MimeText.field(out, "Final-Recipient", typed(report, recipient.recipient().getAddress()));
    MimeText.field(out, "Action", report.action().word());
    MimeText.field(out, "Status", recipient.status(report.action()).toString());
    if (!recipient.host().isEmpty()) {
      MimeText.field(out, "Remote-MTA", "dns; " + recipient.host());
    }
    String diagnostic = diagnostic(report, recipient);
    if (!diagnostic.isEmpty()) {
      MimeText.field(out, "Diagnostic-Code", diagnostic);
    }
    if (!recipient.token().isEmpty()) { // §2.4: an extension, for administrators
      MimeText.field(out, "X-Postern-TLS", MimeText.ascii(recipient.token(), 100));
    }
    if (recipient.attemptMillis() > 0) {
      MimeText.field(out, "Last-Attempt-Date", MimeText.date(recipient.attemptMillis()));
    }
    if (report.action() == Action.DELAYED && report.expiresMillis() > 0) {
      MimeText.field(out, "Will-Retry-Until", MimeText.date(report.expiresMillis()));
    }
  }

  /** §2.3.6: "smtp" is the type of a host's reply; a diagnosis of ours has a type of our own. */
  private static String diagnostic(Report report, ReportedRecipient recipient) {
    RemoteReply reply = recipient.reply();
    if (recipient.hostReplied()) {
      return "smtp; "
          + text(
              report,
              (reply.getCode() + " " + reply.getEnhancedCode()).strip() + " " + reply.getText(),
              MAX_REPLY);
    }
    String own = (recipient.reason() + " " + reply.getText()).strip();
    return own.isEmpty() ? "" : "X-Postern; " + text(report, own, MAX_REPLY);
  }

  private static String typed(Report report, String address) {
    return report.utf8() && !MimeText.isAscii(address)
        ? Utf8AddressType.NAME + "; " + utf8(report, address)
        : "rfc822; " + MimeText.ascii(address, MAX_ADDRESS);
  }

  /** RFC 6533 §3: utf-8-address where the part is in UTF-8, else utf-8-addr-xtext. */
  private static String utf8(Report report, String address) {
    String clean = MimeText.clean(address, MAX_ORIGINAL);
    return report.international() ? clean : Utf8AddressType.xtext(clean);
  }

  private static String text(Report report, String text, int max) {
    return report.international() ? MimeText.clean(text, max) : MimeText.ascii(text, max);
  }
}
