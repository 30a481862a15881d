package io.postern.ingress.source;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The source of a session for counts and shares: the client's IPv4 address, or its IPv6 /64, since
 * a host has all of that.
 */
public record Source(InetAddress network) {
  private static final int NETWORK_OCTETS = 8;

  public static Source of(InetAddress client) {
    byte[] octets = client.getAddress();
    if (octets.length > NETWORK_OCTETS) {
      Arrays.fill(octets, NETWORK_OCTETS, octets.length, (byte) 0);
    }
    try {
      return new Source(InetAddress.getByAddress(octets));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // 4 or 16 octets are an address
    }
  }
}
