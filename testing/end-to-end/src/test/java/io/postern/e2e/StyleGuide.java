package io.postern.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What docs/style.md avoids, read from its tables: a phrase in inline code is words, {@code a/b}
 * means either, and an ellipsis stands for up to four words. Found as whole words, in any case,
 * across one line end.
 */
final class StyleGuide {
  private static final Pattern ROW = Pattern.compile("\\| (`.*?) \\| (.*?) \\|(?: (.*?) \\|)?");
  private static final Pattern PHRASE = Pattern.compile("`([^`]+)`");
  private static final String SPACE = "(?:[ \\t]+|[ \\t]*\\n[ \\t]*)";
  private static final String WORD = "[\\p{L}\\p{N}'-]+";

  /** A phrase to avoid, with what to write. */
  record Avoided(String phrase, Pattern pattern, String use, String example) {

    /**
     * Where it is in a text; a search for its first word comes before the pattern, which is slow.
     */
    List<MatchResult> in(String text, String lowerCase) {
      Matcher matcher = pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
      List<MatchResult> found = new ArrayList<>();
      for (String word : phrase.split(" ")[0].toLowerCase(Locale.ROOT).split("/")) {
        for (int at = lowerCase.indexOf(word); at >= 0; at = lowerCase.indexOf(word, at + 1)) {
          if (matcher.region(at, text.length()).lookingAt()) {
            found.add(matcher.toMatchResult());
          }
        }
      }
      return found;
    }
  }

  /** What was found, where in the text. */
  record Found(Avoided avoided, int at) {}

  private final List<Avoided> avoided = new ArrayList<>();
  private final List<Pattern> right = new ArrayList<>();

  private StyleGuide() {}

  static StyleGuide english() {
    StyleGuide guide = new StyleGuide();
    String page = page();
    guide.readAvoided(section(page, "\n## English\n", "\n## Right in context\n"));
    for (List<String> row : rows(section(page, "\n## Right in context\n", "\n## Deutsch\n"))) {
      phrases(row.getFirst()).forEach(phrase -> guide.right.add(pattern(phrase)));
    }
    return guide;
  }

  static StyleGuide german() {
    StyleGuide guide = new StyleGuide();
    guide.readAvoided(section(page() + "\n# ", "\n### Zu vermeiden\n", "\n# "));
    return guide;
  }

  List<Avoided> avoided() {
    return avoided;
  }

  /** Avoided phrases in a text, but those within a phrase that is right. */
  List<Found> find(String text) {
    String lowerCase = text.toLowerCase(Locale.ROOT); // of the same length in our two languages
    List<Found> found = new ArrayList<>();
    for (Avoided one : avoided) {
      for (MatchResult match : one.in(text, lowerCase)) {
        if (right.stream()
            .noneMatch(p -> p.matcher(text).results().anyMatch(a -> overlap(a, match)))) {
          found.add(new Found(one, match.start()));
        }
      }
    }
    return found;
  }

  private static boolean overlap(MatchResult one, MatchResult other) {
    return one.start() < other.end() && other.start() < one.end();
  }

  private void readAvoided(String section) {
    for (List<String> row : rows(section)) {
      for (String phrase : phrases(row.getFirst())) {
        avoided.add(new Avoided(phrase, pattern(phrase), row.get(1), row.get(2)));
      }
    }
  }

  private static Pattern pattern(String phrase) {
    String words =
        Arrays.stream(phrase.split(" "))
            .map(
                word ->
                    word.equals("…")
                        ? "(?:" + SPACE + WORD + "){0,4}"
                        : SPACE
                            + Arrays.stream(word.split("/"))
                                .map(Pattern::quote)
                                .collect(Collectors.joining("|", "(?:", ")")))
            .collect(Collectors.joining());
    return Pattern.compile(
        "(?<![\\p{L}\\p{N}_-])" + words.substring(SPACE.length()) + "(?![\\p{L}\\p{N}_-])",
        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  private static List<String> phrases(String cell) {
    return PHRASE.matcher(cell).results().map(match -> match.group(1)).toList();
  }

  /** Rows whose first cell has phrases. */
  private static List<List<String>> rows(String section) {
    return section
        .lines()
        .map(ROW::matcher)
        .filter(row -> row.matches())
        .map(row -> List.of(row.group(1), row.group(2), row.group(3) == null ? "" : row.group(3)))
        .toList();
  }

  private static String section(String page, String from, String to) {
    int begin = page.indexOf(from);
    int end = page.indexOf(to, begin + from.length());
    if (begin < 0 || end < 0) {
      throw new IllegalStateException("docs/style.md has no section from" + from + "to" + to);
    }
    return page.substring(begin + from.length(), end);
  }

  private static String page() {
    return Project.read(Project.root().resolve("docs/style.md"));
  }
}
