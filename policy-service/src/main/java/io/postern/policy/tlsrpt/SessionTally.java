package io.postern.policy.tlsrpt;

import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.dns.tlsrpt.ResultType;
import io.postern.dns.tlsrpt.TlsReport.FailureDetails;
import io.postern.dns.tlsrpt.TlsReport.Policy;
import io.postern.dns.tlsrpt.TlsReport.PolicyResult;
import io.postern.dns.tlsrpt.TlsReport.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sum of one domain's counts of one day. Bounded: {@value #MOST_POLICIES} policies with {@value
 * #MOST_FAILURES} kinds of failures together. Sessions of further kinds are summed as one kind, and
 * those under further policies are left out. Not thread-safe.
 */
final class SessionTally {
  static final int MOST_POLICIES = 30;
  static final int MOST_FAILURES = 150;

  private static final FailedSessions FURTHER =
      FailedSessions.newBuilder()
          .setResultType(ResultType.VALIDATION_FAILURE.spelled())
          .setInformation("further kinds of failures, counted together")
          .build();

  private static final class PolicySum {
    long successful;
    final Map<FailedSessions, Long> failures = new LinkedHashMap<>();
  }

  private final Map<PolicySessions, PolicySum> policies = new LinkedHashMap<>();
  private int kinds;
  private List<String> reportTo = List.of();

  void add(TlsSessionCounts counts) {
    reportTo = List.copyOf(counts.getReportToList()); // the record may have changed
    for (PolicySessions sessions : counts.getPoliciesList()) {
      PolicySessions key = sessions.toBuilder().clearSuccessful().clearFailures().build();
      PolicySum sum = policies.get(key);
      if (sum == null) {
        if (policies.size() >= MOST_POLICIES) {
          continue;
        }
        sum = new PolicySum();
        policies.put(key, sum);
      }
      sum.successful += sessions.getSuccessful();
      for (FailedSessions failed : sessions.getFailuresList()) {
        add(sum, failed);
      }
    }
  }

  private void add(PolicySum sum, FailedSessions failed) {
    FailedSessions kind = failed.toBuilder().clearSessions().build();
    if (!sum.failures.containsKey(kind)) {
      if (kinds >= MOST_FAILURES) {
        kind = FURTHER;
      } else {
        kinds++;
      }
    }
    sum.failures.merge(kind, failed.getSessions(), Long::sum);
  }

  /** The addresses that the domain wants reports at. */
  List<String> reportTo() {
    return reportTo;
  }

  /** The policies of a report, in the order in which they first counted. */
  List<PolicyResult> results() {
    List<PolicyResult> results = new ArrayList<>();
    policies.forEach((policy, sum) -> results.add(result(policy, sum)));
    return results;
  }

  private static PolicyResult result(PolicySessions policy, PolicySum sum) {
    List<FailureDetails> failures = new ArrayList<>();
    sum.failures.forEach((kind, sessions) -> failures.add(details(kind, sessions)));
    return new PolicyResult(
        new Policy(
            policy.getType(), policy.getLinesList(), policy.getDomain(), policy.getMxHostsList()),
        new Summary(
            sum.successful, sum.failures.values().stream().mapToLong(Long::longValue).sum()),
        failures);
  }

  private static FailureDetails details(FailedSessions kind, long sessions) {
    return new FailureDetails(
        ResultType.of(kind.getResultType()),
        kind.getSendingAddress(),
        kind.getReceivingHost(),
        kind.getReceivingAddress(),
        sessions,
        kind.getInformation(),
        kind.getReason());
  }
}
