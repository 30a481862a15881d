package io.postern.smtp;

import io.postern.names.DomainNames;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A mailbox (RFC 5321 §4.1.2, with UTF-8 as RFC 6531 §3.3): the local part as given, quotes
 * included, and the domain as given: a name, an address literal with its brackets, or empty (only
 * {@code <postmaster>} in RCPT, RFC 5321 §4.5.1). Immutable. Bounds: local part 64 octets, domain
 * 255 (RFC 5321 §4.5.3.1.1, §4.5.3.1.2).
 */
public record Address(String localPart, String domain) {
  public static final int MAX_LOCAL_PART = 64;
  public static final int MAX_DOMAIN = 255;
  private static final String ATEXT = "!#$%&'*+-/=?^_`{|}~";

  public Address {
    for (String part : new String[] {localPart, domain}) {
      for (int i = 0; i < part.length(); i++) {
        if (Character.isISOControl(part.charAt(i))) {
          throw new IllegalArgumentException("control character in an address");
        }
      }
    }
  }

  /**
   * Parses {@code local-part@domain}, without angle brackets. The message of an
   * IllegalArgumentException names the error and the cure.
   */
  public static Address parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the address is empty; write local-part@domain");
    }
    int at = localPartEnd(text);
    String local = text.substring(0, at);
    if (at == text.length()) {
      throw new IllegalArgumentException("the address has no domain; write local-part@domain");
    }
    if (text.charAt(at) != '@' || local.isEmpty()) {
      throw new IllegalArgumentException(
          "the local part is not a dot-atom or a quoted string; quote it: \"local part\"@domain");
    }
    if (octets(local) > MAX_LOCAL_PART) {
      throw new IllegalArgumentException("the local part has more than 64 octets; shorten it");
    }
    String domain = text.substring(at + 1);
    checkDomain(domain);
    return new Address(local, domain);
  }

  /** The domain for look-ups: lower-case A-labels (RFC 5890); an address literal in lower case. */
  public String asciiDomain() {
    return DomainNames.isAscii(domain) ? domain.toLowerCase(Locale.ROOT) : toAscii(domain);
  }

  /**
   * With the domain in A-labels, by which it means the same mailbox (RFC 5890 §2.3.2.1); the local
   * part has no other form.
   */
  public Address withAsciiDomain() {
    return DomainNames.isAscii(domain) ? this : new Address(localPart, toAscii(domain));
  }

  /** No UTF-8: may be sent to a peer without SMTPUTF8. */
  public boolean isAscii() {
    return DomainNames.isAscii(localPart) && DomainNames.isAscii(domain);
  }

  @Override
  public String toString() {
    return domain.isEmpty() ? localPart : localPart + "@" + domain;
  }

  /**
   * Index behind the local part: of the '@', of the first character that does not belong to it, or
   * the end.
   */
  private static int localPartEnd(String text) {
    return text.charAt(0) == '"' ? quotedEnd(text) : dotStringEnd(text);
  }

  private static int dotStringEnd(String text) {
    boolean atom = false; // an atom has begun: a dot may follow
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && !atom) {
        throw new IllegalArgumentException(
            "the local part has a dot at its start or two in a row; quote it: \"local..part\"@domain");
      } else if (c == '@' && i > 0 && !atom) {
        throw new IllegalArgumentException(
            "the local part ends with a dot; quote it: \"local.part.\"@domain");
      } else if (c == '.') {
        atom = false;
      } else if (Texts.isLetterOrDigit(c) || ATEXT.indexOf(c) >= 0 || c >= 0x80) {
        atom = true;
      } else {
        return i;
      }
    }
    return text.length();
  }

  private static int quotedEnd(String text) {
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i + 1;
      }
      if (c == '\\' && ++i < text.length()) {
        c = text.charAt(i);
      }
      if (c < ' ' || c == 0x7f) {
        throw new IllegalArgumentException("control character in the local part; remove it");
      }
    }
    throw new IllegalArgumentException("the local part's quote is not closed; end it with \"");
  }

  private static void checkDomain(String domain) {
    if (domain.isEmpty()) {
      throw new IllegalArgumentException("the domain is empty; write local-part@domain");
    }
    if (octets(domain) > MAX_DOMAIN) {
      throw new IllegalArgumentException("the domain has more than 255 octets; shorten it");
    }
    if (domain.charAt(0) == '[') {
      checkLiteral(domain);
      return;
    }
    String ascii = DomainNames.isAscii(domain) ? domain : toAscii(domain);
    if (ascii.length() > MAX_DOMAIN) {
      throw new IllegalArgumentException("the domain has more than 255 octets; shorten it");
    }
    for (String label : ascii.split("\\.", -1)) {
      if (label.isEmpty() || label.length() > 63 || !isLabel(label)) {
        throw new IllegalArgumentException(
            "the domain is not a host name; use labels of 1 to 63 letters, digits and hyphens, separated by dots");
      }
    }
  }

  /**
   * Let-dig and hyphens inside (RFC 5321 §4.1.2); the underscore is accepted because such hosts
   * exist.
   */
  private static boolean isLabel(String label) {
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      boolean inside = i > 0 && i < label.length() - 1;
      if (!Texts.isLetterOrDigit(c) && c != '_' && !(c == '-' && inside)) {
        return false;
      }
    }
    return true;
  }

  /** RFC 5321 §4.1.3. Both parsers take numeric forms only: no look-up. */
  private static void checkLiteral(String domain) {
    try {
      String inner = domain.endsWith("]") ? domain.substring(1, domain.length() - 1) : "";
      if (inner.regionMatches(true, 0, "IPv6:", 0, 5)
          && inner.indexOf('%') < 0
          && inner.indexOf('[') < 0) {
        Inet6Address.ofLiteral(inner.substring(5));
      } else {
        Inet4Address.ofLiteral(inner);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the address literal is wrong; write [192.0.2.1] or [IPv6:2001:db8::1]");
    }
  }

  private static String toAscii(String domain) {
    String ascii = DomainNames.aLabels(domain);
    if (ascii == null || domain.endsWith(".")) { // as an ASCII name with the root's dot
      throw new IllegalArgumentException(
          "the domain is not a valid internationalized name; write its A-label form (xn--...)");
    }
    return ascii;
  }

  private static int octets(String text) {
    return DomainNames.isAscii(text) ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
