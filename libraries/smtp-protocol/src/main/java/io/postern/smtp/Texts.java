package io.postern.smtp;

/** Characters of SMTP, and peer-given text that is safe to show in replies, traces and logs. */
final class Texts {
  private Texts() {}

  /** Let-dig (RFC 5321 §4.1.2). */
  static boolean isLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /** Of a verb, or of a keyword in the reply to EHLO (RFC 5321 §4.1.1.1). */
  static boolean isKeywordCharacter(int c) {
    return isLetterOrDigit(c) || c == '-';
  }

  /** At most {@code limit} characters, everything outside printable ASCII replaced by '?'. */
  static String printable(String text, int limit) {
    StringBuilder safe = new StringBuilder(Math.min(text.length(), limit) + 3);
    for (int i = 0; i < text.length() && i < limit; i++) {
      char c = text.charAt(i);
      safe.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return text.length() > limit ? safe.append("...").toString() : safe.toString();
  }
}
