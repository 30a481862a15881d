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
 * those under further policies are left out. {@value #MOST_ADDRESSES} addresses count, of {@value
 * #MOST_ADDRESS} characters at most: a longer one is left out. Not thread-safe.
 */
final class SessionTally {
  static final int MOST_POLICIES = 30;
  static final int MOST_FAILURES = 150;
  static final int MOST_ADDRESSES = 5;
  static final int MOST_ADDRESS = 500;

  private static final int OVERHEAD = 300;

  private static final FailedSessions FURTHER =
      FailedSessions.newBuilder()
          .setResultType(ResultType.VALIDATION_FAILURE.spelled())
          .setInformation("other kinds of failures, counted together")
          .build();

  private static final class PolicySum {
    long successful;
    final Map<FailedSessions, Long> failures = new LinkedHashMap<>();
  }

  private final Map<PolicySessions, PolicySum> policies = new LinkedHashMap<>();
  private int kinds;
  private List<String> reportTo = List.of();
  private int bytes = OVERHEAD;

  void add(TlsSessionCounts counts) {
    // The domain's record may have changed.
    bytes -= bytes(reportTo);
    reportTo =
        counts.getReportToList().stream()
            .filter(address -> address.length() <= MOST_ADDRESS)
            .distinct()
            .limit(MOST_ADDRESSES)
            .toList();
    bytes += bytes(reportTo);
    for (PolicySessions sessions : counts.getPoliciesList()) {
      PolicySessions key = sessions.toBuilder().clearSuccessful().clearFailures().build();
      PolicySum sum = policies.get(key);
      if (sum == null) {
        if (policies.size() >= MOST_POLICIES) {
          continue;
        }
        sum = new PolicySum();
        policies.put(key, sum);
        bytes += OVERHEAD + key.getSerializedSize();
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
        bytes += OVERHEAD + kind.getSerializedSize();
      }
    }
    sum.failures.merge(kind, failed.getSessions(), Long::sum);
  }

  private static int bytes(List<String> addresses) {
    return addresses.stream().mapToInt(String::length).sum();
  }

  /** In memory, about. */
  int bytes() {
    return bytes;
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
