package io.postern.commandline;

import io.postern.texts.CsvLine;
import java.util.ArrayList;
import java.util.List;

/**
 * A table: as lines with aligned columns for people, or as CSV (RFC 4180) for spreadsheets.
 * Immutable.
 *
 * @param columns their names
 * @param rows each with a cell a column
 */
public record TextTable(List<String> columns, List<List<String>> rows) {
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
    StringBuilder text = new StringBuilder(CsvLine.of(columns));
    rows.forEach(row -> text.append(CsvLine.of(row)));
    return text.toString();
  }
}
