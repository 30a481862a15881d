package io.postern.ingress.source;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The source of a session for bounds: the client's IPv4 address, or its IPv6 /64, since a host has
 * all of that; or the network around it. Comparable for hash maps alone: who owns thousands of
 * networks with one hash makes no look-up linear.
 *
 * @param bits of the network that count
 */
public record Source(InetAddress network, int bits) implements Comparable<Source> {
  private static final int IPV4_OCTETS = 4;

  public static Source of(InetAddress client) {
    return prefix(client, 4, 8);
  }

  /** The neighbours of a client: its IPv4 /24 or IPv6 /48, which one owner often has alone. */
  public static Source neighbours(InetAddress client) {
    return prefix(client, 3, 6);
  }

  @Override
  public int compareTo(Source other) {
    int order = Integer.compare(bits, other.bits);
    return order != 0
        ? order
        : Arrays.compareUnsigned(network.getAddress(), other.network.getAddress());
  }

  /** As 192.0.2.0/24. */
  @Override
  public String toString() {
    return network.getHostAddress() + "/" + bits;
  }

  private static Source prefix(InetAddress client, int ipv4, int ipv6) {
    byte[] octets = client.getAddress();
    int length = octets.length == IPV4_OCTETS ? ipv4 : ipv6;
    Arrays.fill(octets, length, octets.length, (byte) 0);
    try {
      return new Source(InetAddress.getByAddress(octets), length * Byte.SIZE);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // 4 or 16 octets are an address
    }
  }
}
