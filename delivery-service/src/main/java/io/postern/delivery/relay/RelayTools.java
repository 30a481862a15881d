package io.postern.delivery.relay;

import io.postern.delivery.destination.Destinations;
import io.postern.delivery.session.Connections;
import io.postern.delivery.session.HopTools;
import io.postern.delivery.tlsrpt.SessionResults;
import io.postern.delivery.transaction.Contents;

/**
 * What a relay needs besides the way to a host.
 *
 * @param addresses slots of the addresses of mail hosts that recipients' domains have chosen
 */
public record RelayTools(
    HopTools hop,
    Destinations addresses,
    Connections connections,
    HandshakePublisher handshakes,
    SessionResults results,
    RoutingCheck routing,
    Contents contents) {
  /**
   * For an administrator's test message: connections of its own, no reports, and it is no mail that
   * a decision could take back.
   */
  public RelayTools ofTests(Connections own) {
    return new RelayTools(
        hop, addresses, own, handshakes, SessionResults.NONE, request -> null, contents);
  }
}
