package io.postern.policy.whatif;

import io.postern.rules.inbound.InboundDecision;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The decisions in the session about one recipient, by the directory in force and by the draft.
 * Accept or Refuse, never VerdictNeeded. Pure.
 */
record NowAndDraft(InboundDecision now, InboundDecision draft) {
  /** The draft's organization whose mail it is; empty: it is none's. */
  String organization(DraftDirectory of) {
    return Stream.of(draft, now)
        .map(decision -> decision.partOf(of::isOf))
        .filter(Objects::nonNull)
        .map(InboundDecision::organization)
        .findFirst()
        .orElse("");
  }

  /** A 451 for want of a verdict says nothing of the draft. */
  boolean isUnknown() {
    return Stream.of(now, draft)
        .anyMatch(
            decision ->
                decision instanceof InboundDecision.Refuse refuse
                    && refuse.verdict().equals("unknown/unavailable"));
  }

  /** As of {@link Difference}; empty: they do not differ. */
  String kind() {
    return switch (now) {
      case InboundDecision.Accept before ->
          !(draft instanceof InboundDecision.Accept after)
              ? "acceptedToRefused"
              : isSame(before, after) ? "" : "otherConnector";
      case InboundDecision.Refuse before ->
          !(draft instanceof InboundDecision.Refuse after)
              ? "refusedToAccepted"
              : before.code() == after.code() && before.rule().equals(after.rule())
                  ? ""
                  : "otherRefusal";
      case InboundDecision.VerdictNeeded needed -> "";
    };
  }

  private static boolean isSame(InboundDecision.Accept before, InboundDecision.Accept after) {
    return before.organization().equals(after.organization())
        && before.connector().equals(after.connector())
        && incoming(before).equals(incoming(after));
  }

  private static String incoming(InboundDecision.Accept accept) {
    return accept.incoming() == null ? "" : accept.incoming().connector();
  }

  /** The parameter that refuses; empty: both accept. */
  String rule() {
    return Stream.of(draft, now)
        .filter(InboundDecision.Refuse.class::isInstance)
        .map(refuse -> ((InboundDecision.Refuse) refuse).rule())
        .findFirst()
        .orElse("");
  }

  /** The connector, where it is of the draft's organizations: another's has no name here (G8). */
  static String connector(InboundDecision decision, DraftDirectory of) {
    InboundDecision its = decision.partOf(of::isOf);
    return its == null ? "" : its.connector();
  }
}
