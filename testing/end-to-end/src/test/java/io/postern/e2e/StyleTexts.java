package io.postern.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The texts that people read, made ready for {@link StyleGuide}: what is code becomes blanks, so
 * that lines and places stay.
 */
final class StyleTexts {
  private static final Pattern CODE =
      Pattern.compile(
          "(?ms)^[ \\t>]*(```|~~~).*?^[ \\t>]*\\1|``.*?``|`[^`\\n]*`|]\\([^)\\s]*\\)|<!--.*?-->");

  private static final Pattern JAVA =
      Pattern.compile(
          "//[^\\n]*|/\\*(?s:.*?)\\*/|\"\"\"(?s:(.*?))\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\]|\\\\.)+'");

  private static final Pattern JOINED = Pattern.compile("\\s*\\+\\s*");
  private static final Pattern ESCAPE = Pattern.compile("\\\\[nrts\"]");

  /** A reasoned exception: on the line of the text, or the line before. */
  private static final Pattern EXCEPTION =
      Pattern.compile("(?:<!--|//|#) style: ([^:\\n]+): \\p{L}.+");

  private StyleTexts() {}

  /** All files that the style is for, but decisions and what is about the log itself. */
  static List<Path> files() {
    Path root = Project.root();
    List<Path> files = new ArrayList<>();
    Predicate<Path> page =
        file ->
            file.toString().endsWith(".md")
                && !file.startsWith(root.resolve("docs/decisions"))
                && !file.equals(root.resolve("docs/design/the-log.md"))
                && !file.equals(root.resolve("docs/style.md"));
    Project.texts().stream().filter(page).forEach(files::add);
    files.addAll(Project.mainSources());
    files.addAll(Project.walk(root.resolve("console-service/src/main/resources/web/texts")));
    files.add(root.resolve("postern/src/main/resources/io/postern/operator/commands/example.yaml"));
    return files;
  }

  /** What of a text is read by people; everything else is blank. */
  static String readable(String name, String text) {
    if (name.endsWith(".md")) {
      return CODE.matcher(text).replaceAll(match -> blank(match.group()));
    }
    return name.endsWith(".java") ? literals(text) : values(text, name.endsWith(".yaml"));
  }

  /** Whether a line, counted from 0, or the one before has an exception for the phrase. */
  static boolean excepted(List<String> lines, int line, String phrase) {
    return lines.subList(Math.max(0, line - 1), line + 1).stream()
        .flatMap(text -> EXCEPTION.matcher(text).results())
        .anyMatch(exception -> exception.group(1).equals(phrase));
  }

  /** Literals with more than one word; a concatenation of literals is one text. */
  private static String literals(String code) {
    StringBuilder texts = new StringBuilder(blank(code));
    int end = 0;
    boolean joins = false;
    for (MatchResult token : JAVA.matcher(code).results().toList()) {
      int group = token.group(1) != null ? 1 : 2;
      String literal = token.group(group);
      if (literal == null) {
        continue;
      }
      if (joins && JOINED.matcher(code.substring(end, token.start())).matches()) {
        // The end of the one literal and the beginning of the other are next to each other: what
        // is between them is one line end, or nothing that parts words.
        for (int i = end - 1; i <= token.start(); i++) {
          texts.setCharAt(i, code.charAt(i) == '\n' ? '\n' : '\u200b');
        }
      }
      if (literal.contains(" ")) {
        String readable = ESCAPE.matcher(literal).replaceAll("  ");
        texts.replace(token.start(group), token.end(group), readable);
      }
      end = token.end();
      joins = group == 2;
    }
    return texts.toString().replace("\u200b", "");
  }

  /** Values of properties; comments of YAML, which an example is made of. */
  private static String values(String text, boolean comments) {
    StringBuilder values = new StringBuilder();
    for (String line : text.split("(?<=\n)")) {
      int at = comments ? line.indexOf('#') : line.startsWith("#") ? -1 : line.indexOf('=');
      values.append(
          at < 0 ? blank(line) : blank(line.substring(0, at + 1)) + line.substring(at + 1));
    }
    return values.toString();
  }

  private static String blank(String text) {
    return text.replaceAll("[^\\n]", "\u0000");
  }
}
