package io.postern.delivery.tlsrpt;

import io.postern.contracts.Reasons;
import io.postern.delivery.gate.StsDemand;
import io.postern.dns.dane.TlsaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A policy of a domain, under which sessions are counted (RFC 8460 §4.2).
 *
 * @param type {@link #TLSA}, {@link #STS} or {@link #NO_POLICY_FOUND}
 * @param domain of the policy: for DANE the TLSA base domain (RFC 8460 §1.1)
 * @param lines of the policy, {@value #MOST_LINES} at most
 * @param mxHosts of a policy of MTA-STS, as many at most
 */
record SessionPolicy(String type, String domain, List<String> lines, List<String> mxHosts) {
  static final String TLSA = "tlsa";
  static final String STS = "sts";
  static final String NO_POLICY_FOUND = "no-policy-found";

  private static final int MOST_LINES = 20;
  private static final int MOST_TEXT = 300;

  /** A host of which they are said was not dialled, and its records are not known. */
  private static final Set<String> WITHOUT_RECORDS =
      Set.of(Reasons.DANE_DNS_FAILURE, Reasons.DNSSEC_INVALID, Reasons.DANE_NOT_PUBLISHED);

  SessionPolicy {
    lines = bounded(lines);
    mxHosts = bounded(mxHosts);
  }

  /** Those that applied to the session; never empty. */
  static List<SessionPolicy> of(SessionResult result) {
    List<SessionPolicy> policies = new ArrayList<>();
    TlsaSet dane = result.demand().dane();
    if (dane != null) {
      List<String> records = dane.records().stream().map(Object::toString).toList();
      policies.add(new SessionPolicy(TLSA, dane.base(), records, List.of()));
    } else if (WITHOUT_RECORDS.contains(result.reason())) {
      policies.add(new SessionPolicy(TLSA, result.host(), List.of(), List.of()));
    }
    StsDemand mtaSts = result.demand().mtaSts();
    if (mtaSts != null) {
      policies.add(new SessionPolicy(STS, mtaSts.domain(), lines(mtaSts), mtaSts.mx()));
    }
    if (policies.isEmpty()) {
      policies.add(new SessionPolicy(NO_POLICY_FOUND, result.domain(), List.of(), List.of()));
    }
    return policies;
  }

  /** As far as they are known here; none of a policy that could not be had. */
  private static List<String> lines(StsDemand policy) {
    if (!policy.failure().isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("version: STSv1");
    lines.add("mode: " + policy.mode().spelled());
    policy.mx().forEach(host -> lines.add("mx: " + host));
    return lines;
  }

  private static List<String> bounded(List<String> texts) {
    return texts.stream()
        .limit(MOST_LINES)
        .map(text -> text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT))
        .toList();
  }

  /** About its size in memory. */
  int bytes() {
    return 200
        + domain.length()
        + lines.stream().mapToInt(line -> 60 + line.length()).sum()
        + mxHosts.stream().mapToInt(host -> 60 + host.length()).sum();
  }
}
