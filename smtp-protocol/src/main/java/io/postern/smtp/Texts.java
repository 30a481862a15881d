package io.postern.smtp;

/** Makes peer-given text safe to show in replies, traces and logs. */
final class Texts {
  private Texts() {}

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
