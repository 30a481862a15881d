package io.postern.delivery.transaction;

import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.nexthop.NextHops;

/**
 * The tools with which a host of a next hop is found, dialled and judged, the same for all of this
 * process.
 *
 * @param identity ours, where a next hop names none
 * @param timeouts also those of the opener
 * @param maxAddresses the most addresses that one walk tries
 */
public record HopTools(
    ClientIdentity identity,
    CredentialsFolder credentials,
    NextHops nextHops,
    HostDemands demands,
    SessionOpener opener,
    Judge judge,
    Timeouts timeouts,
    int maxAddresses) {
  /**
   * @param others those of {@code otherOpener}
   */
  public HopTools with(SessionOpener otherOpener, Timeouts others) {
    return new HopTools(
        identity, credentials, nextHops, demands, otherOpener, judge, others, maxAddresses);
  }
}
