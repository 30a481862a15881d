package io.postern.commandline;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of text as a terminal shows it. Strangers choose parts of it (addresses, replies, names
 * in certificates): characters that could move the cursor or turn the text around become {@code ?}.
 * Pure.
 */
public final class TerminalText {
  private static final Pattern LABEL =
      Pattern.compile(" *(?:[0-9]{1,3}\\. |\\S{1,20}(?: \\S{1,20}){0,2} {2,})?");

  /** Findings stand in capitals, so that they are seen without colour too. */
  private static final Pattern FINDING = Pattern.compile("\\b(?:ALARM|(?:NOT|FOUND) [A-Z]{2,})\\b");

  private static final String RED = "\u001b[1;31m";
  private static final String PLAIN = "\u001b[0m";

  private TerminalText() {}

  /**
   * The lines that it becomes: broken at blanks, further ones below the text behind the label.
   *
   * @param width in characters; empty: it is not broken. A word that is longer stays whole
   * @param colour whether findings are red
   */
  static List<String> lines(String text, OptionalInt width, boolean colour) {
    String shown = printable(text);
    List<String> lines =
        width.isPresent() && shown.length() > width.getAsInt()
            ? wrapped(shown, width.getAsInt())
            : List.of(shown);
    return colour
        ? lines.stream().map(line -> FINDING.matcher(line).replaceAll(RED + "$0" + PLAIN)).toList()
        : lines;
  }

  /** The text with {@code ?} in the place of each such character. */
  public static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                shown.appendCodePoint(
                    switch (Character.getType(c)) {
                      case Character.CONTROL,
                          Character.FORMAT,
                          Character.SURROGATE,
                          Character.LINE_SEPARATOR,
                          Character.PARAGRAPH_SEPARATOR ->
                          '?';
                      default -> c;
                    }));
    return shown.toString();
  }

  /** The same of a text that has lines. */
  public static List<String> printableLines(String text) {
    return text.lines().map(TerminalText::printable).toList();
  }

  private static List<String> wrapped(String text, int width) {
    int indent = indent(text, width);
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(text.substring(0, indent));
    boolean empty = true;
    for (String word : text.substring(indent).split(" ", -1)) {
      if (!empty && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(indent));
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    lines.add(line.toString());
    return lines;
  }

  /** Where the text behind the label begins; that leaves half of the width at least. */
  private static int indent(String text, int width) {
    Matcher label = LABEL.matcher(text);
    int end = label.lookingAt() ? label.end() : 0;
    return end <= width / 2 ? end : 0;
  }
}
