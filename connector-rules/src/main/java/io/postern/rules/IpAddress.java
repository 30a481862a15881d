package io.postern.rules;

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
record IpAddress(int bits, long high, long low) {
  private static final int GROUPS = 8;

  /** Null if the text is not an address; a zone ("%eth0") is not part of one. */
  static @Nullable IpAddress parse(String text) {
    if (text.length() > 45) { // INET6_ADDRSTRLEN
      return null;
    }
    if (text.indexOf(':') < 0) {
      long v4 = ipv4(text, 0);
      return v4 < 0 ? null : new IpAddress(32, 0, v4);
    }
    return ipv6(text);
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

  /** Dotted quad without leading zeros (which some readers take as octal); -1 if it is none. */
  private static long ipv4(String text, int from) {
    long value = 0;
    int position = from;
    for (int part = 0; part < 4; part++) {
      if (part > 0) {
        if (position >= text.length() || text.charAt(position++) != '.') {
          return -1;
        }
      }
      int start = position;
      int number = 0;
      while (position < text.length() && digit(text.charAt(position), 10) >= 0) {
        number = number * 10 + digit(text.charAt(position++), 10);
        if (position - start > 3) {
          return -1;
        }
      }
      boolean leadingZero = position - start > 1 && text.charAt(start) == '0';
      if (position == start || number > 255 || leadingZero) {
        return -1;
      }
      value = value << 8 | number;
    }
    return position == text.length() ? value : -1;
  }

  /** RFC 4291 §2.2: groups of 16 bits, "::" once, a dotted quad at the end. */
  private static @Nullable IpAddress ipv6(String text) {
    int[] groups = new int[GROUPS];
    int count = 0;
    int gap = -1;
    int position = 0;
    if (text.startsWith("::")) {
      gap = 0;
      position = 2;
    }
    while (position < text.length()) {
      if (count == GROUPS) {
        return null;
      }
      int end = position;
      int group = 0;
      while (end < text.length() && digit(text.charAt(end), 16) >= 0) {
        group = group << 4 | digit(text.charAt(end++), 16);
        if (end - position > 4) {
          return null;
        }
      }
      if (end < text.length() && text.charAt(end) == '.') {
        long v4 = ipv4(text, position);
        if (v4 < 0 || count > GROUPS - 2) {
          return null;
        }
        groups[count++] = (int) (v4 >> 16);
        groups[count++] = (int) (v4 & 0xFFFF);
        break;
      }
      if (end == position) {
        return null;
      }
      groups[count++] = group;
      position = end;
      if (position == text.length()) {
        break;
      }
      if (text.charAt(position++) != ':' || position == text.length()) {
        return null;
      }
      if (text.charAt(position) == ':') {
        if (gap >= 0) {
          return null;
        }
        gap = count;
        position++;
      }
    }
    if (gap < 0 ? count != GROUPS : count > GROUPS - 1) {
      return null;
    }
    if (gap >= 0) {
      int tail = count - gap;
      System.arraycopy(groups, gap, groups, GROUPS - tail, tail);
      java.util.Arrays.fill(groups, gap, GROUPS - tail, 0);
    }
    return of(groups);
  }

  private static IpAddress of(int[] groups) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | groups[i];
      low = low << 16 | groups[i + 4];
    }
    boolean mapped = high == 0 && low >>> 32 == 0xFFFFL;
    return mapped ? new IpAddress(32, 0, low & 0xFFFF_FFFFL) : new IpAddress(128, high, low);
  }

  /** ASCII only: {@link Character#digit} would take digits of any script. */
  private static int digit(char c, int radix) {
    return c < 128 ? Character.digit(c, radix) : -1;
  }
}
