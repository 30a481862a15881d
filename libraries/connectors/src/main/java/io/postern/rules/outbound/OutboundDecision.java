package io.postern.rules.outbound;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OrganizationFields;
import io.postern.contracts.v1.TlsRequirement;

/**
 * The next hop of one recipient and the TLS requirement to it (docs/design/connectors.md,
 * "Outbound").
 */
public sealed interface OutboundDecision {
  /** The connectors looked at, and the reason of the decision. */
  Explanation explanation();

  /** The outbound connector that takes the mail; empty: none does. */
  default String connector() {
    return "";
  }

  /** Why the mail does not go on; empty: it does. */
  default String reason() {
    return "";
  }

  /**
   * @param connector the outbound connector's name; empty: mailbox route or MX without a connector
   * @param organizationFields of a message that has such: the next hop has no word of it yet
   */
  record Deliver(
      String connector,
      NextHop nextHop,
      TlsRequirement requirement,
      OrganizationFields organizationFields,
      Explanation explanation)
      implements OutboundDecision {}

  /**
   * A hold, until an administrator has repaired the cause.
   *
   * @param reason no-route, undecidable
   */
  record Hold(String reason, Explanation explanation) implements OutboundDecision {}

  /** A failure: the sender gets a notification. */
  record Fail(int code, String enhanced, String text, String reason, Explanation explanation)
      implements OutboundDecision {}
}
