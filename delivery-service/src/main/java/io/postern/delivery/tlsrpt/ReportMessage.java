package io.postern.delivery.tlsrpt;

import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.dns.tlsrpt.TlsReport;
import io.postern.dns.tlsrpt.TlsReport.FailureDetails;
import io.postern.dns.tlsrpt.TlsReport.PolicyResult;
import io.postern.dns.tlsrpt.TlsReports;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;

/**
 * The report in a mail (RFC 8460 §5.3): the first part of one of its types. Stateless.
 *
 * <p>A stranger writes it. Bounds: {@value #MOST_BYTES} bytes of the mail, {@value #MOST_DEPTH}
 * multiparts within each other, {@value #MOST_PARTS} parts, the report's own ({@link TlsReports});
 * of that {@value #MOST_POLICIES} policies and {@value #MOST_FAILURES} kinds of failures are kept,
 * with texts of {@value #MOST_TEXT} printable characters, {@value #MOST_KEPT} bytes in all.
 */
final class ReportMessage {
  static final int MOST_BYTES = 8 << 20;
  static final int MOST_POLICIES = 20;
  static final int MOST_FAILURES = 50;

  private static final int MOST_DEPTH = 5;
  private static final int MOST_PARTS = 50;
  private static final int MOST_TEXT = 200;
  private static final int MOST_LINES = 20;
  private static final int MOST_KEPT = 38_000; // with the session's facts below 40,000
  private static final MimeConfig CONFIG =
      new MimeConfig.Builder()
          .setMaxContentLen(MOST_BYTES)
          .setMaxHeaderCount(1_000)
          .setMaxHeaderLen(20_000)
          .setMaxLineLen(20_000)
          .build();
  private static final Pattern DOMAIN = Pattern.compile("@([A-Za-z0-9.-]{1,255})>?[^@]*$");

  private ReportMessage() {}

  /**
   * Reads a mail.
   *
   * @throws IOException it has no report that can be read; the message is a sentence
   */
  static TlsReportReceived.Builder read(InputStream mail) throws IOException {
    MimeTokenStream parts = new MimeTokenStream(CONFIG);
    parts.setRecursionMode(RecursionMode.M_NO_RECURSE);
    parts.parse(mail);
    String sender = "";
    int depth = 0;
    int count = 0;
    try {
      for (EntityState state = parts.getState();
          state != EntityState.T_END_OF_STREAM;
          state = parts.next()) {
        switch (state) {
          case T_FIELD -> {
            if (depth == 0 && parts.getField().getName().equalsIgnoreCase("From")) {
              sender = domain(parts.getField().getBody());
            }
          }
          case T_START_MULTIPART -> depth++;
          case T_END_MULTIPART -> depth--;
          case T_BODY -> {
            count++;
            if (isReport(parts.getBodyDescriptor().getMimeType())) {
              byte[] report = parts.getDecodedInputStream().readNBytes(MOST_BYTES);
              return received(TlsReports.read(report)).setSenderDomain(sender);
            }
          }
          default -> {}
        }
        if (depth > MOST_DEPTH || count > MOST_PARTS) {
          throw new IOException("the message has too many parts");
        }
      }
    } catch (MimeException e) {
      throw new IOException("the message cannot be read: " + e.getMessage(), e);
    }
    throw new IOException("the message has no part application/tlsrpt+gzip or +json");
  }

  private static boolean isReport(String type) {
    String lower = type.toLowerCase(Locale.ROOT);
    return lower.equals("application/tlsrpt+gzip") || lower.equals("application/tlsrpt+json");
  }

  private static String domain(String from) {
    Matcher domain = DOMAIN.matcher(from.strip());
    return domain.find() ? domain.group(1).toLowerCase(Locale.ROOT) : "";
  }

  private static TlsReportReceived.Builder received(TlsReport report) throws IOException {
    TlsReportReceived.Builder received =
        TlsReportReceived.newBuilder()
            .setOrganizationName(clean(report.organizationName()))
            .setContactInfo(clean(report.contactInfo()))
            .setReportId(clean(report.reportId()))
            .setStart(clean(report.dateRange().start()))
            .setEnd(clean(report.dateRange().end()));
    int room = MOST_FAILURES;
    int leftOut = 0;
    for (PolicyResult policy : report.policies().stream().limit(MOST_POLICIES).toList()) {
      List<FailureDetails> some = policy.failures().stream().limit(room).toList();
      room -= some.size();
      leftOut += policy.failures().size() - some.size();
      received.addPolicies(sessions(policy, some));
    }
    received.setFailuresLeftOut(leftOut);
    if (received.build().getSerializedSize() > MOST_KEPT) {
      throw new IOException("the report is too large to be stored");
    }
    return received;
  }

  private static PolicySessions sessions(PolicyResult result, List<FailureDetails> failures) {
    PolicySessions.Builder sessions =
        PolicySessions.newBuilder()
            .setType(clean(result.policy().type()))
            .setDomain(clean(result.policy().domain()).toLowerCase(Locale.ROOT))
            .addAllLines(clean(result.policy().lines()))
            .addAllMxHosts(clean(result.policy().mxHosts()))
            .setSuccessful(result.summary().successful());
    for (FailureDetails failure : failures) {
      sessions.addFailures(
          FailedSessions.newBuilder()
              .setResultType(failure.type() == null ? "" : failure.type().spelled())
              .setReceivingHost(clean(failure.receivingHost()))
              .setReceivingAddress(clean(failure.receivingAddress()))
              .setSendingAddress(clean(failure.sendingAddress()))
              .setSessions(failure.sessions())
              .setInformation(clean(failure.information()))
              .setReason(clean(failure.reasonCode())));
    }
    return sessions.build();
  }

  private static List<String> clean(List<String> texts) {
    return texts.stream().limit(MOST_LINES).map(ReportMessage::clean).toList();
  }

  /** For a terminal and a page: nothing in it steers either. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(MOST_TEXT)
        .map(c -> Character.isLetterOrDigit(c) || c >= ' ' && c <= '~' ? c : '?')
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }
}
