package io.postern.rules.address;

/**
 * A single address or a CIDR block (RFC 4632 §3.1, RFC 4291 §2.3), IPv4 or IPv6. Parsing takes any
 * prefix length, and bits beyond it, which do not count; {@code DirectoryRules} hold connectors to
 * /24 and longer (IPv6: /64). Immutable.
 *
 * @param text as an administrator wrote it
 */
public record IpRange(IpAddress network, int prefixLength, String text) {
  private static final int SHORTEST_IPV4_PREFIX = 24;
  private static final int SHORTEST_IPV6_PREFIX = 64;

  /**
   * "192.0.2.1", "192.0.2.0/24", "2001:db8::/64".
   *
   * @throws IllegalArgumentException with a sentence for the administrator
   */
  public static IpRange parse(String text) {
    int slash = text.indexOf('/');
    IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("it is not an IP address or CIDR block");
    }
    String written = slash < 0 ? String.valueOf(address.bits()) : text.substring(slash + 1);
    int length = written.matches("[0-9]{1,3}") ? Integer.parseInt(written) : -1;
    if (length < 0 || length > address.bits()) {
      throw new IllegalArgumentException(
          "the prefix length must be a number from 0 to " + address.bits());
    }
    return new IpRange(address.masked(length), length, text);
  }

  /**
   * The text names a host within the block, as 192.0.2.77/24 does: Exchange takes it, and it is a
   * slip of the pen more often than meant.
   */
  public boolean hasHostBits() {
    int slash = text.indexOf('/');
    return slash >= 0 && !network.equals(IpAddress.parse(text.substring(0, slash)));
  }

  public boolean contains(IpAddress address) {
    return address.bits() == network.bits() && address.masked(prefixLength).equals(network);
  }

  /** Narrow enough for a connector's senderIPAddresses. */
  public boolean fitsConnector() {
    return prefixLength >= (isIpv4() ? SHORTEST_IPV4_PREFIX : SHORTEST_IPV6_PREFIX);
  }

  public boolean isIpv4() {
    return network.bits() == 32;
  }
}
