package io.postern.commandline;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table: as lines with aligned columns for people, or as CSV (RFC 4180) for spreadsheets.
 * Immutable.
 *
 * @param columns their names
 * @param rows each with a cell a column
 */
public record TextTable(List<String> columns, List<List<String>> rows) {
  private static final String FORMULA = "=+-@\t\r";

  public TextTable {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** None where there is no row. */
  List<String> lines() {
    if (rows.isEmpty()) {
      return List.of();
    }
    int[] widths = columns.stream().mapToInt(String::length).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(columns, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(cells.get(i)).append(" ".repeat(widths[i] - cells.get(i).length() + 2));
    }
    return line.toString().stripTrailing();
  }

  /** The names first, each line with its end. */
  String csv() {
    StringBuilder text = new StringBuilder(csv(columns));
    rows.forEach(row -> text.append(csv(row)));
    return text.toString();
  }

  private static String csv(List<String> cells) {
    return cells.stream().map(TextTable::cell).collect(Collectors.joining(",", "", "\r\n"));
  }

  /** Strangers choose some cells: a spreadsheet must take none for a formula. */
  private static String cell(String text) {
    String harmless = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return harmless.matches("[^\",\r\n]*")
        ? harmless
        : "\"" + harmless.replace("\"", "\"\"") + "\"";
  }
}
