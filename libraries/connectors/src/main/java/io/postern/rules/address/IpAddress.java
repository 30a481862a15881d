package io.postern.rules.address;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as two longs, so that a range is two comparisons. An IPv4-mapped IPv6
 * address (RFC 4291 §2.5.5.2), as dual-stack sockets show IPv4 peers, is the IPv4 address. Parsed
 * from text only: nothing here asks a resolver. Immutable.
 *
 * @param bits 32 or 128
 * @param high the upper 64 bits of an IPv6 address, else 0
 * @param low the lower 64 bits, or the 32 bits of an IPv4 address
 */
public record IpAddress(int bits, long high, long low) {
  // The JDK also reads fewer than four parts, and leading zeros, which some readers take as octal.
  private static final String QUAD = "(?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}";
  private static final Pattern LITERAL =
      Pattern.compile(QUAD + "|(?:[0-9A-Fa-f]{0,4}:){2,8}(?:" + QUAD + "|[0-9A-Fa-f]{0,4})");

  /** Null if the text is no address (RFC 4291 §2.2); a zone ("%eth0") is not part of one. */
  public static @Nullable IpAddress parse(String text) {
    if (!LITERAL.matcher(text).matches()) {
      return null;
    }
    try {
      return of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Without the zone of a link-local address. */
  public static IpAddress of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return bytes.capacity() == Integer.BYTES
        ? new IpAddress(32, 0, bytes.getInt() & 0xFFFF_FFFFL)
        : new IpAddress(128, bytes.getLong(), bytes.getLong());
  }

  /** 0.0.0.0 or ::, which no machine has. */
  public boolean isAny() {
    return high == 0 && low == 0;
  }

  /** The address with all but the first {@code length} bits zero. */
  IpAddress masked(int length) {
    if (bits == 32) {
      return new IpAddress(32, 0, length == 0 ? 0 : low & (0xFFFF_FFFFL << (32 - length)));
    }
    long h = length == 0 ? 0 : length >= 64 ? high : high & (-1L << (64 - length));
    long l = length <= 64 ? 0 : length == 128 ? low : low & (-1L << (128 - length));
    return new IpAddress(128, h, l);
  }
}
