package io.postern.lab.contracts;

import io.postern.lab.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A contract as lines {@code entry: facts}, compared with the state that was accepted last, {@code
 * docs/contracts/NAME.txt}. A compatible change is accepted by {@code make accept-contracts}, which
 * sets {@value #ACCEPT}; one that breaks somebody needs its row in the table of {@link
 * AcceptedBreaks} as well.
 */
public final class AcceptedState {
  private static final String ACCEPT = "contracts.accept";

  private static final String SEPARATOR = ": ";

  /** What the changes from one state to another break, and for whom; empty: nothing. */
  @FunctionalInterface
  public interface Rule {
    List<String> breaks(Map<String, String> before, Map<String, String> now);
  }

  private AcceptedState() {}

  /**
   * The differences to the accepted state, those that break somebody first; empty: none.
   *
   * @param name of the contract: its file
   * @param now facts by entry, in the order of the file
   */
  public static List<String> differences(String name, Map<String, String> now, Rule rule)
      throws IOException {
    return differences(file(name), now, rule, AcceptedBreaks.read(), Boolean.getBoolean(ACCEPT));
  }

  static List<String> differences(
      Path file, Map<String, String> now, Rule rule, AcceptedBreaks accepted, boolean accept)
      throws IOException {
    String text = text(now);
    String before = Files.exists(file) ? Files.readString(file) : "";
    List<String> differences =
        new ArrayList<>(accepted.notIn(rule.breaks(entries(before.lines().toList()), now)));
    if (differences.isEmpty() && accept) {
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, text);
    } else if (!text.equals(before)) {
      differences.add(file.getFileName() + " is not what the code says: make accept-contracts");
    }
    return differences;
  }

  private static Path file(String name) {
    return ProjectFolder.root().resolve("docs/contracts").resolve(name + ".txt");
  }

  private static String text(Map<String, String> entries) {
    StringBuilder text = new StringBuilder();
    entries.forEach(
        (entry, facts) -> text.append(entry).append(SEPARATOR).append(facts).append('\n'));
    return text.toString();
  }

  private static Map<String, String> entries(List<String> lines) {
    Map<String, String> entries = new LinkedHashMap<>();
    for (String line : lines) {
      int end = line.indexOf(SEPARATOR);
      if (end < 0) {
        throw new IllegalArgumentException("no entry: " + line);
      }
      entries.put(line.substring(0, end), line.substring(end + SEPARATOR.length()));
    }
    return entries;
  }
}
