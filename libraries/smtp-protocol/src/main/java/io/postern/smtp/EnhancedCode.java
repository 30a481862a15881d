package io.postern.smtp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An enhanced status code (RFC 3463 §2, RFC 2034): class 2, 4 or 5, subject and detail of at most
 * three digits. Immutable; a value out of range throws IllegalArgumentException.
 */
public record EnhancedCode(int klass, int subject, int detail) {
  // RFC 3463 §2: no leading zero
  private static final Pattern CODE =
      Pattern.compile("([245])\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})(?!\\d)");

  public EnhancedCode {
    if ((klass != 2 && klass != 4 && klass != 5)
        || subject < 0
        || subject > 999
        || detail < 0
        || detail > 999) {
      throw new IllegalArgumentException(
          "not an enhanced status code: " + klass + "." + subject + "." + detail);
    }
  }

  /** Parses "5.7.1"; IllegalArgumentException for anything else. */
  public static EnhancedCode parse(String text) {
    Matcher code = CODE.matcher(text);
    if (!code.matches()) {
      throw new IllegalArgumentException(
          "not an enhanced status code: " + Texts.printable(text, 40));
    }
    return of(code);
  }

  /** The code at the start of a reply's text; null: none. */
  static @Nullable EnhancedCode prefix(String text) {
    Matcher code = CODE.matcher(text);
    return code.lookingAt() ? of(code) : null;
  }

  private static EnhancedCode of(Matcher code) {
    return new EnhancedCode(
        Integer.parseInt(code.group(1)),
        Integer.parseInt(code.group(2)),
        Integer.parseInt(code.group(3)));
  }

  @Override
  public String toString() {
    return klass + "." + subject + "." + detail;
  }
}
