package io.postern.smtp;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of MAIL and RCPT that this server understands, each with its RFC; others get 555
 * (RFC 5321 §4.1.1.11).
 */
final class Parameters {
  private static final Set<String> BODIES = Set.of("7BIT", "8BITMIME", "BINARYMIME");
  private static final Set<String> NOTIFIES = Set.of("NEVER", "SUCCESS", "FAILURE", "DELAY");

  private Parameters() {}

  /** The value to keep; {@code value} null: there was no "=". */
  static String check(String verb, String keyword, @Nullable String value)
      throws SmtpSyntaxException {
    return switch (verb + " " + keyword) {
      case "MAIL SIZE" -> size(needed(verb, keyword, value)); // RFC 1870 §5
      case "MAIL BODY" -> oneOf(verb, keyword, value, BODIES); // RFC 6152 §3, RFC 3030 §3
      case "MAIL SMTPUTF8" -> none(verb, keyword, value); // RFC 6531 §3.4
      case "MAIL REQUIRETLS" -> none(verb, keyword, value); // RFC 8689 §2
      case "MAIL RET" -> oneOf(verb, keyword, value, Set.of("FULL", "HDRS")); // RFC 3461 §4.3
      case "MAIL ENVID" -> xtext(verb, keyword, value, 100); // RFC 3461 §4.4
      case "RCPT NOTIFY" -> notify(needed(verb, keyword, value)); // RFC 3461 §4.1
      case "RCPT ORCPT" -> originalRecipient(needed(verb, keyword, value)); // RFC 3461 §4.2
      default ->
          throw new SmtpSyntaxException(
              555,
              "5.5.4",
              verb + ": parameter not supported: " + Texts.printable(keyword, 40) + ": omit it");
    };
  }

  private static String needed(String verb, String keyword, @Nullable String value)
      throws SmtpSyntaxException {
    if (value == null || value.isEmpty()) {
      throw wrong(verb, keyword, "a value is missing: write " + keyword + "=value");
    }
    return value;
  }

  private static String none(String verb, String keyword, @Nullable String value)
      throws SmtpSyntaxException {
    if (value != null) {
      throw wrong(verb, keyword, "takes no value: omit \"=\" and the value");
    }
    return "";
  }

  private static String oneOf(
      String verb, String keyword, @Nullable String value, Set<String> values)
      throws SmtpSyntaxException {
    String upper = needed(verb, keyword, value).toUpperCase(Locale.ROOT);
    if (!values.contains(upper)) {
      throw wrong(
          verb,
          keyword,
          "unknown value: use " + String.join(" or ", values.stream().sorted().toList()));
    }
    return upper;
  }

  private static String size(String value) throws SmtpSyntaxException {
    boolean digits =
        value.length() <= 20 && value.chars().allMatch(c -> c >= '0' && c <= '9'); // RFC 1870 §4
    if (!digits) {
      throw wrong("MAIL", "SIZE", "use the number of octets, in at most 20 digits");
    }
    try {
      return Long.toString(Long.parseLong(value));
    } catch (NumberFormatException e) {
      return Long.toString(Long.MAX_VALUE); // twenty digits are allowed and always too many
    }
  }

  private static String notify(String value) throws SmtpSyntaxException {
    String upper = value.toUpperCase(Locale.ROOT);
    Set<String> seen = new HashSet<>();
    for (String word : upper.split(",", -1)) {
      if (!NOTIFIES.contains(word) || !seen.add(word)) {
        throw wrong("RCPT", "NOTIFY", "use NEVER, or SUCCESS, FAILURE, DELAY separated by commas");
      }
    }
    if (seen.contains("NEVER") && seen.size() > 1) {
      throw wrong("RCPT", "NOTIFY", "NEVER cannot be combined");
    }
    return upper;
  }

  private static String originalRecipient(String value) throws SmtpSyntaxException {
    int semicolon = value.indexOf(';');
    if (semicolon < 1 || value.length() > 500) {
      throw wrong(
          "RCPT",
          "ORCPT",
          "use type;address, such as rfc822;user@example.org, in at most 500 octets");
    }
    String type = value.substring(0, semicolon);
    if (!type.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '+' && c != '=')) {
      throw wrong("RCPT", "ORCPT", "the address type is an atom, such as rfc822");
    }
    String address = decode("RCPT", "ORCPT", value.substring(semicolon + 1));
    if (type.equalsIgnoreCase(Utf8AddressType.NAME)) {
      try {
        String unused = Utf8AddressType.decoded(address);
      } catch (IllegalArgumentException e) {
        throw wrong("RCPT", "ORCPT", e.getMessage() + " (RFC 6533)");
      }
    }
    return type + ";" + address;
  }

  private static String xtext(String verb, String keyword, @Nullable String value, int limit)
      throws SmtpSyntaxException {
    String given = needed(verb, keyword, value);
    if (given.length() > limit) {
      throw wrong(verb, keyword, "value too long: at most " + limit + " octets");
    }
    return decode(verb, keyword, given);
  }

  /**
   * RFC 3461 §4: "+" and two upper-case hexadecimal digits; lower case is accepted. Never yields
   * control characters.
   */
  private static String decode(String verb, String keyword, String xtext)
      throws SmtpSyntaxException {
    byte[] in =
        xtext.getBytes(
            StandardCharsets.UTF_8); // RFC 6533 §3: utf-8-addr-unitext may stand unencoded
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      int octet = in[i];
      if (octet == '+') {
        int high = i + 1 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw wrong(
              verb, keyword, "invalid xtext: \"+\" needs two hexadecimal digits (RFC 3461)");
        }
        octet = high * 16 + low;
        i += 2;
      }
      if ((octet >= 0 && octet < ' ') || octet == 0x7f) {
        throw wrong(verb, keyword, "control character: omit it");
      }
      out[length++] = (byte) octet;
    }
    String text = new String(out, 0, length, StandardCharsets.UTF_8);
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw wrong(verb, keyword, "control character: omit it");
    }
    return text;
  }

  private static SmtpSyntaxException wrong(String verb, String keyword, String problem) {
    return new SmtpSyntaxException(501, "5.5.4", verb + ": " + keyword + ": " + problem);
  }
}
