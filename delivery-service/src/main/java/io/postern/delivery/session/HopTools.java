package io.postern.delivery.session;

import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.Candidates;
import io.postern.delivery.route.ClientIdentity;

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
  public Candidates candidates(
      NextHop hop,
      TlsRequirement requirement,
      ClientIdentity as,
      Ownership ownership,
      Candidates.LookUps seen) {
    return new Candidates(nextHops, demands, hop, requirement, as, ownership, seen);
  }

  /**
   * @param others those of {@code otherOpener}
   */
  public HopTools with(SessionOpener otherOpener, Timeouts others) {
    return new HopTools(
        identity, credentials, nextHops, demands, otherOpener, judge, others, maxAddresses);
  }
}
