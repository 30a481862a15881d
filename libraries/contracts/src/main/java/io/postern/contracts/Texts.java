package io.postern.contracts;

/** Bounds of texts that others choose. */
public final class Texts {
  private Texts() {}

  /**
   * The text's first {@code most} characters, or one less where that would be half of one: a record
   * with half a character is written with a question mark and a warning.
   */
  public static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean half = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
    return text.substring(0, half ? most - 1 : most);
  }

  /** The same with "..." after it where something is missing. */
  public static String shortened(String text, int most) {
    return text.length() <= most ? text : cut(text, most) + "...";
  }
}
