package io.postern.policy.api;

import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsReportReceived;
import java.time.Instant;
import java.util.List;

/**
 * A report that another sender has made about its TLS with our hosts (RFC 8460), which is a
 * stranger's word.
 *
 * @param received RFC 3339
 * @param queueId of the mail
 * @param reporter the organization's name
 * @param senderDomain of the mail's From field
 * @param proof of the sender: DKIM is not verified here
 * @param client the address that brought the mail
 * @param tls of that session; empty: none
 * @param verdict on the client's certificate; empty: none was needed
 * @param start of the sessions, as the report has it
 * @param failuresLeftOut kinds of failures that were not kept
 */
public record TlsReportView(
    String received,
    String queueId,
    String reporter,
    String contact,
    String reportId,
    String senderDomain,
    String proof,
    String client,
    String tls,
    String verdict,
    String start,
    String end,
    List<Policy> policies,
    int failuresLeftOut) {
  static final String NOT_VERIFIED = "DKIM not verified";

  /**
   * Sessions under one policy.
   *
   * @param type tlsa, sts, no-policy-found
   */
  public record Policy(
      String type, String domain, long successful, long failed, List<Failure> failures) {}

  /**
   * Sessions that failed in one way.
   *
   * @param type RFC 8460 §4.3
   */
  public record Failure(
      String type,
      String host,
      String address,
      String sendingAddress,
      long sessions,
      String information,
      String reason) {}

  static TlsReportView of(TlsReportReceived report) {
    return new TlsReportView(
        Instant.ofEpochMilli(report.getReceivedMillis()).toString(),
        report.getQueueId(),
        report.getOrganizationName(),
        report.getContactInfo(),
        report.getReportId(),
        report.getSenderDomain(),
        NOT_VERIFIED,
        report.getClientIp(),
        report.getTls(),
        report.getVerdict(),
        report.getStart(),
        report.getEnd(),
        report.getPoliciesList().stream().map(TlsReportView::policy).toList(),
        report.getFailuresLeftOut());
  }

  private static Policy policy(PolicySessions sessions) {
    List<Failure> failures =
        sessions.getFailuresList().stream().map(TlsReportView::failure).toList();
    return new Policy(
        sessions.getType(),
        sessions.getDomain(),
        sessions.getSuccessful(),
        failures.stream().mapToLong(Failure::sessions).sum(),
        failures);
  }

  private static Failure failure(FailedSessions failed) {
    return new Failure(
        failed.getResultType(),
        failed.getReceivingHost(),
        failed.getReceivingAddress(),
        failed.getSendingAddress(),
        failed.getSessions(),
        failed.getInformation(),
        failed.getReason());
  }
}
