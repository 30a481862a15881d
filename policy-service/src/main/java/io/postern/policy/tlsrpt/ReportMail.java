package io.postern.policy.tlsrpt;

import static io.postern.policy.notices.MimeText.CRLF;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.SessionFacts;
import io.postern.policy.notices.MimeText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The mail that carries a report to one address (RFC 8460 §5.3): multipart/report with the report
 * in gzip, signed, from the null reverse-path, since nobody would read its bounces. It goes
 * whatever the TLS policies of its domain say (RFC 8460 §5.3.1): {@code TLS-Required: No}, by which
 * its session counts in no report either.
 *
 * <p>It is a function of the report: whoever makes it twice makes the same octets with the same
 * queue id.
 *
 * @param text header and body
 * @param accepted without content
 */
record ReportMail(QueueId queueId, byte[] text, MessageAccepted accepted) {
  private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'});

  /**
   * @param organization whose domain the submitter's is
   * @param partitions of the mail topics
   */
  static ReportMail of(
      DayReport report,
      String to,
      Submitter submitter,
      DkimSignature signature,
      String organization,
      int partitions) {
    DomainDay subject = report.subject();
    String cause = "tls-report/" + subject.domain() + "/" + subject.day() + "/" + to;
    byte[] hash = Fingerprints.sha256(cause.getBytes(StandardCharsets.UTF_8));
    int home = Math.floorMod(ByteBuffer.wrap(hash).getInt(), partitions);
    QueueId queueId = QueueId.derived(home, cause, subject.endMillis());
    String messageId = "<" + queueId + "@" + submitter.domain() + ">";
    String boundary = "=_" + Fingerprints.hex(hash).substring(0, 32);
    String fields = header(report, to, submitter, messageId, boundary);
    String body = body(report, submitter, boundary);
    String header = signature.of(ascii(fields + CRLF + body)) + fields;
    byte[] text = ascii(header + CRLF + body);
    MessageAccepted accepted =
        MessageAccepted.newBuilder()
            .setQueueId(queueId.value())
            .setEnvelope(
                Envelope.newBuilder()
                    .addRecipients(EnvelopeRecipient.newBuilder().setAddress(to).addNotify("NEVER"))
                    .setBody(BodyType.BODY_7BIT)
                    .setRequireTls(RequireTls.TLS_REQUIRED_NO))
            .addGroups(group(report, organization))
            .setSession(
                SessionFacts.newBuilder().setProtocol("internal").setServerName(submitter.domain()))
            .setHeaderBlock(ByteString.copyFrom(ascii(header)))
            .setSize(text.length)
            .setAcceptedMillis(subject.dueMillis())
            .setMessageId(messageId)
            .build();
    return new ReportMail(queueId, text, accepted);
  }

  private static String header(
      DayReport report, String to, Submitter submitter, String messageId, String boundary) {
    String domain = report.subject().domain();
    StringBuilder header = new StringBuilder();
    MimeText.field(header, "Date", MimeText.date(report.subject().dueMillis()));
    MimeText.field(header, "From", "<" + submitter.from() + ">");
    MimeText.field(header, "To", "<" + to + ">");
    MimeText.field(
        header,
        "Subject",
        "Report Domain: "
            + domain
            + " Submitter: "
            + submitter.domain()
            + " Report-ID: <"
            + report.id()
            + ">");
    MimeText.field(header, "Message-ID", messageId);
    MimeText.field(header, "TLS-Report-Domain", domain);
    MimeText.field(header, "TLS-Report-Submitter", submitter.domain());
    MimeText.field(header, "TLS-Required", "No"); // RFC 8689 §3
    MimeText.field(header, "Auto-Submitted", "auto-generated"); // RFC 3834 §5
    MimeText.field(header, "MIME-Version", "1.0");
    MimeText.field(
        header,
        "Content-Type",
        "multipart/report; report-type=\"tlsrpt\"; boundary=\"" + boundary + "\"");
    return header.toString();
  }

  private static String body(DayReport report, Submitter submitter, String boundary) {
    DomainDay subject = report.subject();
    String file =
        submitter.domain()
            + "!"
            + subject.domain()
            + "!"
            + subject.startMillis() / 1000
            + "!"
            + (subject.endMillis() / 1000 - 1)
            + ".json.gz"; // RFC 8460 §5.1
    return String.join(
        CRLF,
        "This is a report about TLS in MIME.",
        "",
        "--" + boundary,
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This is a report (RFC 8460) about the TLS of sessions with the mail hosts of",
        subject.domain() + " on " + subject.date() + " (UTC).",
        "",
        "--" + boundary,
        "Content-Type: application/tlsrpt+gzip",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment;",
        "\tfilename=\"" + file + "\"",
        "",
        BASE64.encodeToString(report.gzip()),
        "--" + boundary + "--",
        "");
  }

  private static RecipientGroup group(DayReport report, String organization) {
    return RecipientGroup.newBuilder()
        .addRecipients(0)
        .setOrganization(organization)
        .setDirection(Direction.ORIGINATING)
        .setExplanation(
            Explanation.newBuilder()
                .setSummary("Written here: a report about TLS to " + report.subject().domain())
                .setOrganization(organization)
                .addSteps(
                    ExplanationStep.newBuilder()
                        .setSubject("TLS report")
                        .setMatched(true)
                        .setCondition("tlsReports")
                        .setDetail("the sessions of " + report.subject().date())))
        .build();
  }

  // The domain has A-labels, and the addresses were checked.
  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
