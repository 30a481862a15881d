package io.postern.lab.contracts;

import io.postern.lab.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The breaks that were accepted: the rows {@code | break | who is affected | reason |} of {@value
 * #PAGE}. Immutable.
 */
public final class AcceptedBreaks {
  static final String PAGE = "docs/reference/compatibility.md";

  private static final Pattern ROW =
      Pattern.compile("\\| ([^|]+) \\| ([^|]*\\p{L}[^|]*) \\| ([^|]*\\p{L}[^|]*) \\|");

  private final Set<String> breaks = new HashSet<>();

  private AcceptedBreaks(List<String> lines) {
    for (String line : lines) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        breaks.add(row.group(1));
      }
    }
  }

  /** Of the page. */
  public static AcceptedBreaks read() throws IOException {
    Path page = ProjectFolder.root().resolve(PAGE);
    return of(Files.readAllLines(page));
  }

  static AcceptedBreaks of(List<String> lines) {
    return new AcceptedBreaks(lines);
  }

  /** Those without a row, each with the row that would accept it. */
  public List<String> notIn(List<String> found) {
    return found.stream()
        .map(broken -> broken.replace('|', '/'))
        .filter(broken -> !breaks.contains(broken))
        .map(
            broken ->
                "breaking: %s%n  If it has to be, add to %s: | %s | who is affected | reason |"
                    .formatted(broken, PAGE, broken))
        .toList();
  }
}
