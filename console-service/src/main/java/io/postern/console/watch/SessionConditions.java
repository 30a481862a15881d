package io.postern.console.watch;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.inbound.ExplainedInbound;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of an organization's connectors for a recorded session, with expected and actual
 * values: it is decided once more by the record's facts, and where that comes to another decision
 * than the record's (the directory has changed, a gateway's source decided, a fact is missing), the
 * recorded sentences are shown. Pure; any thread.
 *
 * @param facts of the session; the chain itself is not needed, since its verdict is recorded
 * @param recipientDomain A-label; empty: none is known
 * @param connector that decided; empty: none
 * @param verdict recorded with the decision; empty: none was needed
 * @param rule that refused; empty: the session was accepted
 * @param code of the reply
 */
record SessionConditions(
    InboundFacts facts,
    String recipientDomain,
    String connector,
    String verdict,
    String rule,
    int code) {

  List<ConditionView> of(Directory directory, String organization, Explanation recorded) {
    if (!recipientDomain.isEmpty()) {
      ExplainedInbound again =
          ExplainedInbound.of(directory, facts, recipientDomain, question -> read(), organization);
      if (isSame(again.decision(), organization)) {
        // The verdict is the deciding connector's: another may have other anchors.
        return ConditionView.of(again).stream()
            .filter(one -> !one.parameter().equals("verdict") || one.connector().equals(connector))
            .toList();
      }
    }
    return ConditionView.of(recorded, organization);
  }

  private boolean isSame(InboundDecision decision, String organization) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          rule.isEmpty()
              && (isSame(accept, organization)
                  || accept.incoming() != null && isSame(accept.incoming(), organization));
      case InboundDecision.Refuse refuse ->
          refuse.rule().equals(rule)
              && refuse.code() == code
              && refuse.organization().equals(organization)
              && refuse.connector().equals(connector)
              && refuse.verdict().equals(verdict);
      case InboundDecision.VerdictNeeded needed -> false;
    };
  }

  private boolean isSame(InboundDecision.Accept accept, String organization) {
    return accept.organization().equals(organization)
        && accept.connector().equals(connector)
        && accept.verdict().equals(verdict);
  }

  /** As {@link Spelling#verdict} has written it; null: none was needed. */
  private @Nullable CertificateVerdict read() {
    if (verdict.isEmpty()) {
      return null;
    }
    int slash = verdict.indexOf('/');
    String result = slash < 0 ? verdict : verdict.substring(0, slash);
    CertificateVerdict.Builder read =
        CertificateVerdict.newBuilder().setResult(VerdictResult.UNKNOWN);
    for (VerdictResult each : List.of(VerdictResult.GOOD, VerdictResult.BAD)) {
      if (Spelling.of(each).equals(result)) {
        read.setResult(each);
      }
    }
    for (VerdictReason reason : VerdictReason.values()) {
      if (slash >= 0 && Spelling.of(reason).equals(verdict.substring(slash + 1))) {
        read.setReason(reason);
      }
    }
    return read.build();
  }
}
