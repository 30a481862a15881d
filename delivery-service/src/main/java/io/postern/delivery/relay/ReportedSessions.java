package io.postern.delivery.relay;

import io.postern.contracts.v1.RequireTls;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.Judge.Judgement;
import io.postern.delivery.gate.StsMatch;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.delivery.session.Session;
import io.postern.delivery.session.SessionOpener;
import io.postern.delivery.tlsrpt.SessionResult;
import io.postern.delivery.tlsrpt.SessionResults;
import org.jspecify.annotations.Nullable;

/**
 * The results of a walk's sessions, for the reports about TLS (RFC 8460 §4.3). A session counts
 * once, when it is made, and not for each message over it; a connection that ends before STARTTLS
 * says nothing about TLS. Only hosts that the recipients' domain has chosen count, and no message
 * whose sender wants no TLS policy to be applied, as that of a report (RFC 8460 §3, RFC 8689 §3).
 *
 * <p>Owner: the delivery's thread.
 */
final class ReportedSessions {
  private final SessionResults results;
  private final String domain; // empty: nothing counts

  ReportedSessions(Attempt attempt, SessionResults results) {
    this.results = results;
    boolean exempt = attempt.requirement().getRequireTls() == RequireTls.TLS_REQUIRED_NO;
    this.domain = exempt ? "" : attempt.request().getNextHop().getMxDomain();
  }

  /** The host was not dialled, for the failure of a policy. */
  void unusable(MailHost host, HostDemands.Answer.Unusable failure) {
    add(failure.demand(), host.name(), "", "", failure.reason(), "", failure.detail());
  }

  /** TLS was offered, and there is none. */
  void withoutTls(SessionKey key, SessionOpener.Opening.NoTls noTls) {
    String reason = noTls.why().reason();
    add(key.demand(), key.target().host(), address(key.target()), "", reason, "", noTls.detail());
  }

  /**
   * A session that was opened now.
   *
   * @param judgement null: nobody was asked, since nothing goes in plaintext
   */
  void opened(Session session, @Nullable Judgement judgement) {
    StsMatch policy = judgement == null ? null : judgement.proofs().mtaSts();
    String reason = "";
    String testingReason = "";
    String detail = "";
    if (session.channel() instanceof TlsGate.Channel.Plaintext(TlsGate.PlaintextReason why)) {
      if (why == TlsGate.PlaintextReason.HANDSHAKE_FAILED) {
        return; // that handshake counts already
      }
      reason = why.reason();
      detail = why.detail();
    } else if (judgement != null && judgement.ruling() instanceof TlsGate.Ruling.Refusal refusal) {
      reason = refusal.reason();
      detail = refusal.detail();
    } else if (policy != null) { // one that enforces has refused before
      testingReason = policy.reason();
      detail = policy.detail();
    }
    add(
        session.key.demand(),
        session.target().host(),
        address(session.target()),
        session.dialogue.localAddress(),
        reason,
        testingReason,
        detail);
  }

  private void add(
      HostDemand demand,
      String host,
      String to,
      String from,
      String reason,
      String testingReason,
      String detail) {
    if (!domain.isEmpty()) {
      results.add(new SessionResult(domain, demand, host, to, from, reason, testingReason, detail));
    }
  }

  private static String address(Target target) {
    return target.address().getAddress().getHostAddress();
  }
}
