package io.postern.policy.partner;

import io.postern.rules.address.IpRange;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The partner to watch, where no connector names it.
 *
 * @param domains of its senders, such as fabrikam.example or *.fabrikam.example
 * @param certificateNames in its servers' certificates
 * @param addresses of its servers: addresses or blocks
 */
@Schema(name = "WatchRequest")
public record WatchRequest(
    @Nullable List<String> domains,
    @Nullable List<String> certificateNames,
    @Nullable List<String> addresses) {
  /**
   * @throws IllegalArgumentException no domain, or a block wider than a connector may have: by it
   *     the failed handshakes of others' partners would be seen
   */
  ClaimedPartner partner() {
    for (String address : addresses == null ? List.<String>of() : addresses) {
      if (!block(address).fitsConnector()) {
        throw new IllegalArgumentException(
            address + " in addresses is wider than a connector may have it: /24, of IPv6 /64");
      }
    }
    return ClaimedPartner.of(
        domains == null ? List.of() : domains,
        certificateNames == null ? List.of() : certificateNames,
        addresses == null ? List.of() : addresses);
  }

  private static IpRange block(String address) {
    try {
      return IpRange.parse(address);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(address + " in addresses: " + e.getMessage(), e);
    }
  }
}
