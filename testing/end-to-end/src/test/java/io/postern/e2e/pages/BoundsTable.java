package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of what callers of the APIs can take of a service, from the source of its enum: the
 * services' library is not among those of the tests.
 */
final class BoundsTable {
  private static final String SOURCE =
      "libraries/service/src/main/java/io/postern/bounds/Bound.java";
  private static final Pattern ROW =
      Pattern.compile("(?m)^  [A-Z_]+\\(\\s*\"([^\"]+)\", Unit\\.([A-Z]+), ([^)]+)\\)[,;]");
  private static final int MEGABYTE = 20;

  private BoundsTable() {}

  static String table() {
    StringBuilder table =
        new StringBuilder(
            "| of | a user | an organization | all | try again after |\n|---|---|---|---|---|\n");
    Matcher rows = ROW.matcher(Project.read(Project.root().resolve(SOURCE)));
    while (rows.find()) {
      boolean bytes = rows.group(2).equals("BYTES");
      List<Long> numbers =
          new ArrayList<>(Stream.of(rows.group(3).split(",")).map(BoundsTable::number).toList());
      long again = numbers.removeLast();
      table.append("| ").append(rows.group(1));
      // In the source the largest comes first.
      for (long amount : numbers.reversed()) {
        table
            .append(" | ")
            .append(
                bytes ? (amount >> MEGABYTE) + " MB" : String.format(Locale.ROOT, "%,d", amount));
      }
      table.append(" | ").append(again).append(" s |\n");
    }
    return table.toString();
  }

  private static long number(String written) {
    String[] shifted = written.replace("L", "").strip().split(" << ", 2);
    return Long.parseLong(shifted[0]) << (shifted.length == 1 ? 0 : Long.parseLong(shifted[1]));
  }
}
