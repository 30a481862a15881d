package io.postern.certificate;

/** Text of others, made safe for a terminal. */
public final class Printable {
  private Printable() {}

  /** Printable ASCII, '?' for any other character; at most so many characters and "...". */
  public static String cut(String text, int most) {
    String shown = text.replaceAll("[^\\x20-\\x7e]", "?");
    return shown.length() <= most ? shown : shown.substring(0, most) + "...";
  }
}
