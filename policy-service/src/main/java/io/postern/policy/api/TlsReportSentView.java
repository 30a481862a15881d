package io.postern.policy.api;

import io.postern.contracts.v1.TlsReportPosted;
import io.postern.policy.tlsrpt.SentReports;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report that we have sent about our TLS with a domain's mail hosts (RFC 8460).
 *
 * @param day of the sessions in UTC, such as 2026-11-27
 * @param mails queue ids: their lives tell what became of them
 */
public record TlsReportSentView(
    String domain, String day, String reportId, List<String> mails, List<Post> posts) {
  /**
   * @param to an https: address
   * @param state waiting, taken, failed
   * @param detail of a failure; empty: none
   */
  public record Post(String to, String state, String detail) {}

  static TlsReportSentView of(SentReports.Sent sent) {
    return new TlsReportSentView(
        sent.domain(),
        sent.day().toString(),
        sent.reportId(),
        sent.queueIds(),
        sent.posts().entrySet().stream()
            .map(post -> post(post.getKey(), post.getValue()))
            .toList());
  }

  private static Post post(String to, @Nullable TlsReportPosted posted) {
    if (posted == null) {
      return new Post(to, "waiting", "");
    }
    return new Post(to, posted.getTaken() ? "taken" : "failed", posted.getDetail());
  }
}
