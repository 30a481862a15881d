package io.postern.rules.address;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that {@code efSkipIPs} names: addresses, blocks and spans. Immutable. At most 500
 * entries, looked at one by one, which costs some microseconds.
 */
public record SkipList(List<Span> spans) {
  /**
   * All addresses from first to last, of one family.
   *
   * @param text as an administrator wrote it
   */
  public record Span(IpAddress first, IpAddress last, String text) {
    boolean contains(IpAddress address) {
      return address.bits() == first.bits()
          && compare(first, address) <= 0
          && compare(address, last) <= 0;
    }

    /** It has more addresses than a block of this prefix length. */
    public boolean isWiderThan(int prefixLength) {
      long borrow = Long.compareUnsigned(last.low(), first.low()) < 0 ? 1 : 0;
      IpAddress distance =
          new IpAddress(
              first.bits(), last.high() - first.high() - borrow, last.low() - first.low());
      return !distance.masked(prefixLength).isAny();
    }

    boolean meets(Span other) {
      return other.first.bits() == first.bits()
          && compare(first, other.last) <= 0
          && compare(other.first, last) <= 0;
    }
  }

  /**
   * Addresses that no source on the Internet has: private ones (RFC 1918, RFC 4193), loopback and
   * link-local ones (RFC 6890). Not those that carriers share (100.64.0.0/10): strangers have them.
   */
  public static final SkipList PRIVATE =
      of(
          List.of(
              "10.0.0.0/8",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "::1",
              "fc00::/7",
              "fe80::/10"));

  public SkipList {
    spans = List.copyOf(spans);
  }

  /** A text that cannot be parsed, a newer writer's, matches nothing. */
  public static SkipList of(List<String> texts) {
    List<Span> spans = new ArrayList<>(texts.size());
    for (String text : texts) {
      try {
        spans.add(parse(text));
      } catch (IllegalArgumentException e) {
        continue; // the walk ends there, at an address that nobody outside has chosen
      }
    }
    return new SkipList(spans);
  }

  /**
   * "192.0.2.1", "192.0.2.0/24", "192.0.2.1-192.0.2.9", "2001:db8::/64".
   *
   * @throws IllegalArgumentException with a sentence for the administrator
   */
  public static Span parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 0) {
      IpRange block = IpRange.parse(text);
      if (block.hasHostBits()) {
        throw new IllegalArgumentException("address bits are set beyond the prefix length");
      }
      return new Span(block.network(), last(block), text);
    }
    IpAddress first = IpAddress.parse(text.substring(0, dash).strip());
    IpAddress last = IpAddress.parse(text.substring(dash + 1).strip());
    if (first == null || last == null || first.bits() != last.bits()) {
      throw new IllegalArgumentException("a range has an address of one family at both its ends");
    }
    if (compare(first, last) > 0) {
      throw new IllegalArgumentException("the range ends before it begins");
    }
    return new Span(first, last, text);
  }

  /** The entry that the address is in; null: none. */
  public @Nullable Span find(IpAddress address) {
    for (Span span : spans) {
      if (span.contains(address)) {
        return span;
      }
    }
    return null;
  }

  /** An entry that shares an address with the span. */
  public @Nullable Span meeting(Span span) {
    return spans.stream().filter(span::meets).findFirst().orElse(null);
  }

  private static IpAddress last(IpRange block) {
    int length = block.prefixLength();
    IpAddress network = block.network();
    if (network.bits() == 32) {
      long host = length == 32 ? 0 : 0xFFFF_FFFFL >>> length;
      return new IpAddress(32, 0, network.low() | host);
    }
    long high = length >= 64 ? 0 : -1L >>> length;
    long low = length <= 64 ? -1L : length == 128 ? 0 : -1L >>> (length - 64);
    return new IpAddress(128, network.high() | high, network.low() | low);
  }

  private static int compare(IpAddress a, IpAddress b) {
    int high = Long.compareUnsigned(a.high(), b.high());
    return high != 0 ? high : Long.compareUnsigned(a.low(), b.low());
  }
}
