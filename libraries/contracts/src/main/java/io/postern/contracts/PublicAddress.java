package io.postern.contracts;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;

/**
 * Test whether an address is on the public Internet (IANA's special-purpose registries, RFC 6890).
 * An IPv6 address that carries an IPv4 one inside is refused, since a translator would follow it
 * anywhere. Stateless, any thread.
 */
public final class PublicAddress {
  private record Range(byte[] prefix, int bits) {
    static Range of(String address, int bits) {
      return new Range(literal(address), bits);
    }

    boolean contains(byte[] address) {
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> bit % 8;
        if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }

    private static byte[] literal(String address) {
      return InetAddress.ofLiteral(address).getAddress();
    }
  }

  private static final List<Range> NOT_PUBLIC_IPV4 =
      List.of(
          Range.of("0.0.0.0", 8),
          Range.of("10.0.0.0", 8),
          Range.of("100.64.0.0", 10),
          Range.of("127.0.0.0", 8),
          Range.of("169.254.0.0", 16),
          Range.of("172.16.0.0", 12),
          Range.of("192.0.0.0", 24),
          Range.of("192.0.2.0", 24),
          Range.of("192.88.99.0", 24),
          Range.of("192.168.0.0", 16),
          Range.of("198.18.0.0", 15),
          Range.of("198.51.100.0", 24),
          Range.of("203.0.113.0", 24),
          // multicast, reserved, broadcast
          Range.of("224.0.0.0", 3));

  private static final Range GLOBAL_IPV6 = Range.of("2000::", 3);
  private static final List<Range> NOT_PUBLIC_IPV6 =
      List.of(
          // protocol assignments with Teredo
          Range.of("2001::", 23),
          Range.of("2001:db8::", 32),
          // 6to4
          Range.of("2002::", 16),
          Range.of("3fff::", 20));

  private PublicAddress() {}

  /** IPv4-mapped addresses are IPv4 addresses to the JDK already. */
  public static boolean is(InetAddress address) {
    byte[] octets = address.getAddress();
    return address instanceof Inet4Address
        ? NOT_PUBLIC_IPV4.stream().noneMatch(range -> range.contains(octets))
        : GLOBAL_IPV6.contains(octets)
            && NOT_PUBLIC_IPV6.stream().noneMatch(range -> range.contains(octets));
  }

  public static boolean all(Collection<InetAddress> addresses) {
    return addresses.stream().allMatch(PublicAddress::is);
  }
}
