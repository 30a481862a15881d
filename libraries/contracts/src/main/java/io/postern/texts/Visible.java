package io.postern.texts;

/**
 * Text with each character that a reader would not see, or that turns the text around it, shown as
 * its code point: a right-to-left override becomes {@code [U+202E]}, so that no name of a stranger
 * reads as another one. Such are controls other than tab and line ends, format characters, line and
 * paragraph separators and lone surrogates. Of marks on one letter, which in number would cover the
 * lines above, those beyond the fourth become one sign: {@code [U+0301…]}. Pure.
 */
public final class Visible {
  private static final int MOST_MARKS = 4;
  private static final String LINES = "\t\n\r";

  private Visible() {}

  public static String of(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    int marks = 0;
    int next;
    for (int at = 0; at < text.length(); at = next) {
      int c = text.codePointAt(at);
      next = at + Character.charCount(c);
      marks = isMark(c) ? marks + 1 : 0;
      if (marks == MOST_MARKS + 1) {
        visible.append("[U+%04X…]".formatted(c));
      } else if (isHidden(c)) {
        visible.append("[U+%04X]".formatted(c));
      } else if (marks <= MOST_MARKS) {
        visible.appendCodePoint(c);
      }
    }
    return visible.toString();
  }

  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }

  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> LINES.indexOf(c) < 0;
      case Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
