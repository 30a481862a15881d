package io.postern.ingress.source;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The source of a session for counts and shares: the client's IPv4 address, or its IPv6 /64, since
 * a host has all of that. Comparable for hash maps alone: who owns thousands of networks with one
 * hash makes no look-up linear.
 */
public record Source(InetAddress network) implements Comparable<Source> {
  private static final int IPV4_OCTETS = 4;

  public static Source of(InetAddress client) {
    return new Source(prefix(client, 4, 8));
  }

  /** The neighbours of a client: its IPv4 /24 or IPv6 /48, which one owner often has alone. */
  public static Source neighbours(InetAddress client) {
    return new Source(prefix(client, 3, 6));
  }

  @Override
  public int compareTo(Source other) {
    return Arrays.compareUnsigned(network.getAddress(), other.network.getAddress());
  }

  private static InetAddress prefix(InetAddress client, int ipv4, int ipv6) {
    byte[] octets = client.getAddress();
    Arrays.fill(octets, octets.length == IPV4_OCTETS ? ipv4 : ipv6, octets.length, (byte) 0);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // 4 or 16 octets are an address
    }
  }
}
