package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The table of docs/decisions. A page begins with {@code # NUMBER. Title}, an empty line and {@code
 * > **Accepted.** One line.}, or {@code > **Superseded by [decision N](FILE).** One line.}
 */
final class DecisionIndex {
  private static final Pattern FILE = Pattern.compile("(\\d{4})-[a-z0-9-]+\\.md");
  private static final Pattern HEAD =
      Pattern.compile("# (\\d+)\\. (.+)\n\n> \\*\\*(Accepted|Superseded by .+?)\\.\\*\\* (.+)\n");

  private DecisionIndex() {}

  static String table() {
    StringBuilder text =
        new StringBuilder("| | decision | state | in one line |\n|---|---|---|---|\n");
    for (Path page : pages()) {
      Matcher head = HEAD.matcher(Project.read(page));
      if (!head.lookingAt()) {
        throw new IllegalArgumentException(
            page + ": begin it with \"# N. Title\", an empty line, \"> **Accepted.** One line.\"");
      }
      text.append("| ")
          .append(head.group(1))
          .append(" | [")
          .append(head.group(2))
          .append("](")
          .append(page.getFileName())
          .append(") | ")
          .append(head.group(3).toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(head.group(4))
          .append(" |\n");
    }
    return text + "\nNumbers that are not used: " + unused() + ".\n";
  }

  private static String unused() {
    List<Integer> numbers = pages().stream().map(DecisionIndex::number).toList();
    return IntStream.range(1, numbers.getLast())
        .filter(number -> !numbers.contains(number))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", "));
  }

  static List<Path> pages() {
    return Project.walk(Project.root().resolve("docs/decisions")).stream()
        .filter(page -> FILE.matcher(page.getFileName().toString()).matches())
        .toList();
  }

  /** Of the file's name. */
  static int number(Path page) {
    Matcher file = FILE.matcher(page.getFileName().toString());
    if (!file.matches()) {
      throw new IllegalArgumentException(page.toString());
    }
    return Integer.parseInt(file.group(1));
  }
}
