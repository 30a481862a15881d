package io.postern.smtp;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of the type "utf-8" in ORCPT and in delivery reports (RFC 6533 §3). An envelope keeps
 * the form that its sender chose; these are the ways from there to the address in UTF-8 and on.
 * Stateless, any thread.
 */
public final class Utf8AddressType {
  public static final String NAME = "utf-8";

  // EmbeddedUnicodeChar; which numbers are characters is looked at behind it.
  private static final Pattern EMBEDDED = Pattern.compile("\\\\x\\{([0-9A-Fa-f]{2,6})\\}");

  private Utf8AddressType() {}

  /** The address as a person writes it (utf-8-address); one that is malformed as it is. */
  public static String address(String kept) {
    try {
      return decoded(kept);
    } catch (IllegalArgumentException e) {
      return kept;
    }
  }

  /** In printable ASCII, for any host and any report (utf-8-addr-xtext). */
  public static String xtext(String address) {
    return encoded(address, false);
  }

  /** For ORCPT in a transaction with SMTPUTF8 (utf-8-addr-unitext). */
  public static String unitext(String address) {
    return encoded(address, true);
  }

  private static String encoded(String address, boolean utf8) {
    StringBuilder encoded = new StringBuilder(address.length());
    address
        .codePoints()
        .forEach(
            c -> {
              boolean plain = c > ' ' && c <= '~' && c != '\\' && c != '+' && c != '=';
              if (plain || utf8 && c > 0x9f) {
                encoded.appendCodePoint(c);
              } else {
                encoded.append(String.format(Locale.ROOT, "\\x{%02X}", c));
              }
            });
    return encoded.toString();
  }

  /**
   * The address of either form.
   *
   * @throws IllegalArgumentException with the error: a backslash that begins no character, or a
   *     number that is none, or a control character
   */
  static String decoded(String encoded) {
    StringBuilder address = new StringBuilder(encoded.length());
    Matcher embedded = EMBEDDED.matcher(encoded);
    int from = 0;
    for (int at = encoded.indexOf('\\'); at >= 0; at = encoded.indexOf('\\', from)) {
      if (!embedded.find(at) || embedded.start() != at) {
        throw new IllegalArgumentException("invalid backslash: use \\x{5C}");
      }
      int c = Integer.parseInt(embedded.group(1), 16);
      if (!Character.isValidCodePoint(c)
          || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
          || Character.isISOControl(c)) {
        throw new IllegalArgumentException("\\x{" + embedded.group(1) + "} is not a character");
      }
      address.append(encoded, from, at).appendCodePoint(c);
      from = embedded.end();
    }
    return address.append(encoded, from, encoded.length()).toString();
  }
}
