package io.postern.rules;

/**
 * A single address or a CIDR block (RFC 4632 §3.1, RFC 4291 §2.3), IPv4 or IPv6. Parsing takes any
 * prefix length; that connectors are held to /24 and longer (IPv6: /64) is {@link DirectoryRules}'
 * business. Immutable.
 */
public final class IpRange {
  private final IpAddress network;
  private final int prefixLength;
  private final String text;

  private IpRange(IpAddress network, int prefixLength, String text) {
    this.network = network;
    this.prefixLength = prefixLength;
    this.text = text;
  }

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
    int length = slash < 0 ? address.bits() : number(text, slash + 1);
    if (length < 0 || length > address.bits()) {
      throw new IllegalArgumentException(
          "the prefix length must be a number from 0 to " + address.bits());
    }
    if (!address.masked(length).equals(address)) {
      // A slip of the pen more often than meant: 192.0.2.77/24 for 192.0.2.77.
      throw new IllegalArgumentException("address bits are set beyond the prefix length");
    }
    return new IpRange(address, length, text);
  }

  /** False too for what is not an address. */
  public boolean contains(String ip) {
    IpAddress address = IpAddress.parse(ip);
    return address != null && contains(address);
  }

  boolean contains(IpAddress address) {
    return address.bits() == network.bits() && address.masked(prefixLength).equals(network);
  }

  public int prefixLength() {
    return prefixLength;
  }

  public boolean isIpv4() {
    return network.bits() == 32;
  }

  IpAddress network() {
    return network;
  }

  private static int number(String text, int from) {
    int value = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || i - from >= 3) {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return from == text.length() ? -1 : value;
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
