package io.postern.rules.inbound;

import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.Directory;
import org.jspecify.annotations.Nullable;

/**
 * How far an on-premises connector trusts its server beyond the right to send
 * (docs/reference/message-changes.md). The same for all recipients of a message, since the client
 * and MAIL FROM alone make a message originating.
 */
public enum SenderTrust {
  /** A stranger, a partner, or an own server of which nothing more is said. */
  NONE,
  /** It may relay by a mixed pair: it is not proven to be an own server. */
  RELAYS_ONLY,
  /** {@code treatMessagesAsInternal}, and MAIL FROM's domain is the organization's own. */
  INTERNAL,
  /** {@code cloudServicesMailEnabled}: the server's header fields say which mail is internal. */
  CLOUD_SERVICES;

  /** Header fields are believed to a certificate alone; an address may be shared. */
  static SenderTrust of(
      Directory directory, OriginatingConnector.Match match, @Nullable String mailFromDomain) {
    InboundConnector connector = match.entry().connector;
    if (match.pair().mixed()) {
      return RELAYS_ONLY;
    }
    if (match.entry().isGateway()) {
      return NONE; // what it relays is anybody's
    }
    if (connector.getCloudServicesMailEnabled()) {
      return match.pair() == OriginatingConnector.Pair.CERTIFICATE ? CLOUD_SERVICES : NONE;
    }
    return connector.getTreatMessagesAsInternal()
            && mailFromDomain != null
            && directory.accepts(connector.getOrganization(), mailFromDomain)
        ? INTERNAL
        : NONE;
  }
}
