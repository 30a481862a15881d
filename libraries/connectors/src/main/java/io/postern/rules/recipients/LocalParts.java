package io.postern.rules.recipients;

import java.text.Normalizer;
import java.util.Locale;

/**
 * The normal form of a local part, by which it is compared with a list. Upper and lower case do not
 * count, as in Exchange (RFC 5321 §2.4 leaves that to the receiving system). Quotes do not count
 * where they mean nothing (§4.1.2). UTF-8 is compared as NFC (RFC 6532 §3.1). Pure functions.
 */
public final class LocalParts {

  private LocalParts() {}

  /** A quoted string without its quotes and backslashes, in NFC and lower case. */
  public static String normal(String localPart) {
    return folded(unquoted(localPart));
  }

  /** Whether the text may be a normal form; quotes belong to the mailbox's name then. */
  public static boolean isNormal(String text) {
    return folded(text).equals(text);
  }

  private static String folded(String text) {
    if (isPlain(text)) {
      return text;
    }
    String lower = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(lower, Normalizer.Form.NFC);
  }

  /**
   * RFC 5321 §4.5.1, RFC 2142 §4: the addresses that every domain has.
   *
   * @param normal a local part in its normal form
   */
  public static boolean everyDomainHas(String normal) {
    return normal.equals("postmaster") || normal.equals("abuse");
  }

  /** The part before the first "+"; the whole where there is none, or nothing before it. */
  public static String withoutTag(String normal) {
    int plus = normal.indexOf('+');
    return plus <= 0 ? normal : normal.substring(0, plus);
  }

  private static String unquoted(String localPart) {
    int last = localPart.length() - 1;
    if (last < 1 || localPart.charAt(0) != '"' || localPart.charAt(last) != '"') {
      return localPart;
    }
    StringBuilder text = new StringBuilder(last);
    for (int i = 1; i < last; i++) {
      char c = localPart.charAt(i);
      text.append(c == '\\' && i + 1 < last ? localPart.charAt(++i) : c);
    }
    return text.toString();
  }

  /** Nothing is to be done: the usual case. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80 || c >= 'A' && c <= 'Z') {
        return false;
      }
    }
    return true;
  }
}
