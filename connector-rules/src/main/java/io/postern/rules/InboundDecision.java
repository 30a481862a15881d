package io.postern.rules;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;

/** What becomes of one recipient in the session (DESIGN §5). */
public sealed interface InboundDecision {
  /**
   * @param organization on whose behalf the mail goes on
   * @param connector the inbound connector's name; empty: the anonymous path
   * @param byAddress which of the connector's senderIPAddresses the client's is in; empty: the
   *     connector does not go by that
   * @param verdict "good"; empty: none was needed
   * @param verdictKey of that verdict; empty: none was needed
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Accept(
      String organization,
      String connector,
      Direction direction,
      String byAddress,
      String verdict,
      byte[] verdictKey,
      Explanation explanation)
      implements InboundDecision {}

  /**
   * The class of {@code enhanced} is the class of {@code code} (RFC 3463 §2).
   *
   * @param rule the connector's parameter that refused: requireTls, restrictDomainsToCertificate,
   *     restrictDomainsToIPAddresses, tlsSenderCertificateName; or tenantAttribution
   * @param organization whose rule it is; empty: nobody's
   * @param connector empty: no connector refused
   * @param verdict on the client's chain, such as "bad/revoked"; empty: none was asked for
   */
  record Refuse(
      int code,
      String enhanced,
      String text,
      String rule,
      String organization,
      String connector,
      String verdict,
      Explanation explanation)
      implements InboundDecision {}

  /** Ask, then decide again with the answer known; an answer that cannot be had is UNKNOWN. */
  record VerdictNeeded(VerdictQuestion question) implements InboundDecision {}
}
