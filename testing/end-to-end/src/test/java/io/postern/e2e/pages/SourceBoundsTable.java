package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of what one source can take of ingress, from the source of its enum: the service is not
 * among the libraries of the tests.
 */
final class SourceBoundsTable {
  private static final String SOURCE =
      "ingress-service/src/main/java/io/postern/ingress/bounds/SourceBound.java";
  private static final Pattern ROW =
      Pattern.compile("(?m)^  [A-Z_]+\\(\\s*(\"[^\"]*\",\\s*[A-Z]+,[^;]*?\")\\)[,;]");
  private static final int SHARE = 6;
  private static final Map<String, String> PERIODS = Map.of("60", "a minute", "3_600", "an hour");

  private SourceBoundsTable() {}

  static String table() {
    StringBuilder table =
        new StringBuilder(
            "| unit | of each | at most | setting | metric | refusal |\n|---|---|---|---|---|---|\n");
    Matcher rows = ROW.matcher(Project.read(Project.root().resolve(SOURCE)));
    while (rows.find()) {
      List<String> row =
          Arrays.stream(rows.group(1).split(",\\s+(?=[^\"]*(?:\"[^\"]*\"[^\"]*)*$)"))
              .map(argument -> argument.replace("\"", ""))
              .toList();
      String metric = row.get(row.size() - 2);
      table
          .append("| ")
          .append(row.getFirst())
          .append(" | ")
          .append(row.get(1).toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(row.size() == SHARE ? share(row) : level(row))
          .append(" | ")
          .append(code(row.get(row.size() - 3)))
          .append(" | ")
          .append(metric.isEmpty() ? "" : code("postern_ingress_" + metric + "_total"))
          .append(" | ")
          .append(row.getLast())
          .append(" |\n");
    }
    return table.toString();
  }

  private static String share(List<String> row) {
    String part = row.get(2).equals("0") ? "" : "1/" + row.get(2) + " of what then stays free";
    String most = row.get(3).isEmpty() ? "" : "the setting";
    return most + (most.isEmpty() || part.isEmpty() ? "" : ", and ") + part;
  }

  private static String level(List<String> row) {
    return (row.get(2).equals("0") ? "the setting, " : row.get(2) + " ") + PERIODS.get(row.get(3));
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }
}
