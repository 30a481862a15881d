package io.postern.delivery.route;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The purpose of a session, by which it is opened and kept: the whole requirement is part of it,
 * with the demand of the host and our identity, so that nothing is ever sent over a session that
 * was opened for another one (G3).
 */
public record SessionKey(
    Target target,
    HopProtocol protocol,
    ClientIdentity identity,
    TlsRequirement requirement,
    HostDemand demand) {
  /**
   * The same text for all keys with which we demand the same and show the same, whatever the
   * address. A digest, since a domain's records may be long.
   */
  public String scope() {
    return Fingerprints.hex(
        Fingerprints.chain(
            List.of(
                requirement.toByteArray(),
                (identity + " " + demand).getBytes(StandardCharsets.UTF_8))));
  }
}
