package io.postern.delivery.transaction;

import io.postern.delivery.destination.Destinations;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.tlsrpt.SessionResults;

/**
 * The tools of a delivery on its way to a host, the same for all of this process.
 *
 * @param identity ours, where a next hop names none
 * @param hosts slots of the addresses of mail hosts that recipients' domains have chosen
 * @param timeouts also those of the opener
 * @param maxAddresses the most addresses that one delivery tries
 * @param asksOnly a delivery asks whether its recipients exist, and sends nothing ({@link
 *     RecipientTransaction})
 */
public record HopTools(
    ClientIdentity identity,
    CredentialsFolder credentials,
    NextHops nextHops,
    HostDemands demands,
    Destinations hosts,
    SessionOpener opener,
    Connections connections,
    Judge judge,
    HandshakePublisher handshakes,
    SessionResults results,
    RoutingCheck routing,
    Contents contents,
    Timeouts timeouts,
    int maxAddresses,
    boolean asksOnly) {
  /**
   * For questions about recipients, by connections of their own. The sessions are those of our own
   * mailbox routes, about which nobody wants a report.
   *
   * @param ownTimeouts those of {@code ownOpener}
   */
  public HopTools asking(
      SessionOpener ownOpener, Connections ownConnections, Timeouts ownTimeouts) {
    return new HopTools(
        identity,
        credentials,
        nextHops,
        demands,
        hosts,
        ownOpener,
        ownConnections,
        judge,
        handshakes,
        SessionResults.NONE,
        routing,
        contents,
        ownTimeouts,
        maxAddresses,
        true);
  }

  /**
   * For an administrator's validation: connections of its own, no reports, and what it sends is no
   * mail that a decision could take back.
   */
  public HopTools probing(Connections ownConnections) {
    return new HopTools(
        identity,
        credentials,
        nextHops,
        demands,
        hosts,
        opener,
        ownConnections,
        judge,
        handshakes,
        SessionResults.NONE,
        request -> null,
        contents,
        timeouts,
        maxAddresses,
        false);
  }
}
