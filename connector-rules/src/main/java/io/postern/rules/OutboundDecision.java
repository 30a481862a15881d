package io.postern.rules;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.TlsRequirement;

/**
 * Where mail for one recipient goes, and over which TLS (docs/design/connectors.md, "Outbound").
 */
public sealed interface OutboundDecision {
  /** What was looked at and why this came out. */
  Explanation explanation();

  /**
   * @param connector the outbound connector's name; empty: mailbox route or MX without a connector
   */
  record Deliver(
      String connector, NextHop nextHop, TlsRequirement requirement, Explanation explanation)
      implements OutboundDecision {}

  /**
   * Not now: an administrator can repair it.
   *
   * @param reason no-route, undecidable
   */
  record Hold(String reason, Explanation explanation) implements OutboundDecision {}

  /** Never: back to the sender. */
  record Fail(int code, String enhanced, String text, String reason, Explanation explanation)
      implements OutboundDecision {}
}
