package io.postern.delivery.route;

import io.postern.contracts.v1.NextHop;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As whom this relay appears to a host. Part of the {@link SessionKey}: mail of one identity never
 * goes over a session of another.
 *
 * @param ehloName for EHLO (RFC 5321 §4.1.1.1)
 * @param sourceAddresses of ours, at most one of each family, and no other is dialled from; none:
 *     the system's choice
 * @param credentials the name of those to authenticate with, organization/NAME; empty: none
 */
public record ClientIdentity(
    String ehloName, List<InetAddress> sourceAddresses, String credentials) {
  public ClientIdentity {
    sourceAddresses = List.copyOf(sourceAddresses);
  }

  /**
   * That of a next hop, and this one where it names nothing.
   *
   * @throws IllegalArgumentException a source address is none; the message names it
   */
  public ClientIdentity of(NextHop hop) {
    return new ClientIdentity(
        hop.getEhloName().isEmpty() ? ehloName : hop.getEhloName(),
        hop.getSourceAddressesCount() == 0
            ? sourceAddresses
            : hop.getSourceAddressesList().stream().map(InetAddress::ofLiteral).toList(),
        hop.getCredentials());
  }

  /** Whether an address can be dialled: from one of its family. */
  boolean reaches(InetAddress address) {
    return sourceAddresses.isEmpty() || source(address) != null;
  }

  /** The address to dial from; null: the system's choice. */
  public @Nullable InetAddress source(InetAddress address) {
    boolean four = address instanceof Inet4Address;
    return sourceAddresses.stream()
        .filter(source -> source instanceof Inet4Address == four)
        .findFirst()
        .orElse(null);
  }
}
