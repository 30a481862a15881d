package io.postern.rules;

import java.net.IDN;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Syntax of domain names as the directory holds them: lower-case A-labels (RFC 5890 §2.3.2.1). */
final class DomainNames {
  private DomainNames() {}

  /** Lower case, without the root's dot. Idempotent. */
  static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean absolute = lower.endsWith(".") && !lower.endsWith("..");
    return absolute ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** What stands right of the first dot; empty if there is none. */
  static String parent(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }

  static boolean hasDot(String name) {
    return name.indexOf('.') > 0;
  }

  /** Letters, digits, hyphens (RFC 1123 §2.1), labels to 63, all to 253, in lower case. */
  static boolean isDomain(String name) {
    if (name.isEmpty() || name.length() > 253) {
      return false;
    }
    int labelStart = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '.') {
        int length = i - labelStart;
        if (length == 0
            || length > 63
            || name.charAt(labelStart) == '-'
            || name.charAt(i - 1) == '-') {
          return false;
        }
        labelStart = i + 1;
      } else {
        char c = name.charAt(i);
        if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
          return false;
        }
      }
    }
    return true;
  }

  /** How the name would be written rightly, if that can be told: lower case, A-labels. */
  static @Nullable String suggestion(String name) {
    try {
      String ascii = normal(IDN.toASCII(name.strip()));
      return isDomain(ascii) && !ascii.equals(name) ? ascii : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
