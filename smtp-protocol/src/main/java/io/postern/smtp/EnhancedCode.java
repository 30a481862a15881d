package io.postern.smtp;

/**
 * An enhanced status code (RFC 3463 §2, RFC 2034): class 2, 4 or 5, subject and detail of at most
 * three digits. Immutable; a value out of range throws IllegalArgumentException.
 */
public record EnhancedCode(int klass, int subject, int detail) {

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
    int length = prefixLength(text);
    if (length == 0 || length != text.length()) {
      throw new IllegalArgumentException(
          "not an enhanced status code: " + Texts.printable(text, 40));
    }
    return parsePrefix(text, length);
  }

  /** How many characters at the start of a reply's text are an enhanced status code; 0: none. */
  static int prefixLength(String text) {
    if (text.length() < 5 || "245".indexOf(text.charAt(0)) < 0 || text.charAt(1) != '.') {
      return 0;
    }
    int subject = digits(text, 2);
    int dot = 2 + subject;
    if (subject == 0 || dot >= text.length() || text.charAt(dot) != '.') {
      return 0;
    }
    int detail = digits(text, dot + 1);
    return detail == 0 ? 0 : dot + 1 + detail;
  }

  static EnhancedCode parsePrefix(String text, int length) {
    int dot = text.indexOf('.', 2);
    return new EnhancedCode(
        text.charAt(0) - '0',
        Integer.parseInt(text.substring(2, dot)),
        Integer.parseInt(text.substring(dot + 1, length)));
  }

  /**
   * One to three digits, without a leading zero unless it is the only one (RFC 3463 §2); 0 if there
   * are others.
   */
  private static int digits(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    int count = end - from;
    return count > 3 || (count > 1 && text.charAt(from) == '0') ? 0 : count;
  }

  @Override
  public String toString() {
    return klass + "." + subject + "." + detail;
  }
}
