package io.postern.delivery.tlsrpt;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.delivery.gate.StsDemand;
import io.postern.dns.tlsrpt.ResultType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions since the last {@link #take}, by domain and UTC day. Thread-safe; never waits.
 *
 * <p><b>Bounds.</b> {@value #MOST_DOMAINS} domains, {@value #MOST_POLICIES} policies and {@value
 * #MOST_FAILURES} kinds of failures of each, {@value #MOST_BYTES} bytes. Whoever has us send mail
 * to many domains can fill it. Then sessions with further domains are not counted until it is
 * taken, and further kinds of failures of a domain are one kind.
 */
final class SessionTable {
  static final int MOST_DOMAINS = 10_000;
  static final int MOST_POLICIES = 20;
  static final int MOST_FAILURES = 50;
  static final int MOST_BYTES = 16 << 20;

  private static final int MOST_TEXT = 300;
  private static final int OVERHEAD = 300;
  private static final String FURTHER = "other kinds of failures, counted together";

  private record DomainDay(String domain, int day) {}

  private record Failure(
      ResultType type,
      String host,
      String receivingAddress,
      String sendingAddress,
      String information,
      String reason) {
    int bytes() {
      return OVERHEAD + host.length() + information.length();
    }
  }

  private static final class PolicyTally {
    long successful;
    final Map<Failure, Long> failures = new LinkedHashMap<>();
  }

  private static final class DomainTally {
    final Map<SessionPolicy, PolicyTally> policies = new LinkedHashMap<>();
    int failures; // kinds
  }

  private Map<DomainDay, DomainTally> domains = new HashMap<>();
  private int bytes;

  /**
   * @param day UTC, since 1970-01-01
   * @return false: there was no room
   */
  synchronized boolean add(SessionResult result, int day) {
    DomainDay key = new DomainDay(result.domain(), day);
    DomainTally domain = domains.get(key);
    if (domain == null) {
      if (domains.size() >= MOST_DOMAINS || !take(OVERHEAD + result.domain().length())) {
        return false;
      }
      domain = new DomainTally();
      domains.put(key, domain);
    }
    boolean room = true;
    for (SessionPolicy policy : SessionPolicy.of(result)) {
      room &= add(domain, policy, result);
    }
    return room;
  }

  private boolean add(DomainTally domain, SessionPolicy policy, SessionResult result) {
    boolean testing = policy.type().equals(SessionPolicy.STS) && !result.testingReason().isEmpty();
    String reason = testing ? result.testingReason() : result.reason();
    if (!ResultTypes.counts(policy.type(), reason)) {
      return true;
    }
    PolicyTally tally = domain.policies.get(policy);
    if (tally == null) {
      if (domain.policies.size() >= MOST_POLICIES || !take(policy.bytes())) {
        return false;
      }
      tally = new PolicyTally();
      domain.policies.put(policy, tally);
    }
    ResultType type = type(policy, result, reason);
    if (type == null) {
      tally.successful++;
      return true;
    }
    Failure failure =
        new Failure(
            type,
            Texts.cut(result.host(), MOST_TEXT),
            result.receivingAddress(),
            result.sendingAddress(),
            Texts.cut(result.detail(), MOST_TEXT),
            reason);
    return add(domain, tally, failure);
  }

  private static @Nullable ResultType type(
      SessionPolicy policy, SessionResult result, String reason) {
    StsDemand mtaSts = result.demand().mtaSts();
    return mtaSts == null || mtaSts.failure().isEmpty() || !policy.type().equals(SessionPolicy.STS)
        ? ResultTypes.failure(policy.type(), reason)
        : ResultType.of(mtaSts.failure()); // the policy could not be had, whatever the session is
  }

  private boolean add(DomainTally domain, PolicyTally tally, Failure failure) {
    if (!tally.failures.containsKey(failure)) {
      if (domain.failures >= MOST_FAILURES || !take(failure.bytes())) {
        failure = new Failure(ResultType.VALIDATION_FAILURE, "", "", "", FURTHER, "");
      } else {
        domain.failures++;
      }
    }
    tally.failures.merge(failure, 1L, Long::sum);
    return true;
  }

  private boolean take(int more) {
    if (bytes + more > MOST_BYTES) {
      return false;
    }
    bytes += more;
    return true;
  }

  /** All of it; the table is empty then. */
  List<TlsSessionCounts> take() {
    Map<DomainDay, DomainTally> taken;
    synchronized (this) {
      taken = domains;
      domains = new HashMap<>();
      bytes = 0;
    }
    List<TlsSessionCounts> counts = new ArrayList<>(taken.size());
    taken.forEach((key, domain) -> counts.add(counts(key, domain)));
    return counts;
  }

  private static TlsSessionCounts counts(DomainDay key, DomainTally domain) {
    TlsSessionCounts.Builder counts =
        TlsSessionCounts.newBuilder().setDomain(key.domain()).setDay(key.day());
    domain.policies.forEach((policy, tally) -> counts.addPolicies(sessions(policy, tally)));
    return counts.build();
  }

  private static PolicySessions sessions(SessionPolicy policy, PolicyTally tally) {
    PolicySessions.Builder sessions =
        PolicySessions.newBuilder()
            .setType(policy.type())
            .setDomain(policy.domain())
            .addAllLines(policy.lines())
            .addAllMxHosts(policy.mxHosts())
            .setSuccessful(tally.successful);
    tally.failures.forEach(
        (failure, count) ->
            sessions.addFailures(
                FailedSessions.newBuilder()
                    .setResultType(failure.type().spelled())
                    .setReceivingHost(failure.host())
                    .setReceivingAddress(failure.receivingAddress())
                    .setSendingAddress(failure.sendingAddress())
                    .setSessions(count)
                    .setInformation(failure.information())
                    .setReason(failure.reason())));
    return sessions.build();
  }
}
