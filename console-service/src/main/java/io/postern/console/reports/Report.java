package io.postern.console.reports;

import io.postern.console.store.ReadTo;
import io.postern.texts.CsvLine;
import java.util.List;

/**
 * A report: rows under columns, so that each report is a table, a series and a CSV file.
 *
 * @param since first day, UTC
 * @param until last day, included
 * @param columns names, in the rows' order
 * @param rows each with a value a column: text or whole number
 * @param cut rows beyond the bound are not shown
 */
public record Report(
    String name,
    String since,
    String until,
    List<String> columns,
    List<List<Object>> rows,
    boolean cut,
    ReadTo readTo) {
  public Report {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /** As CSV, the names of the columns first. */
  public String csv() {
    StringBuilder text = new StringBuilder(CsvLine.of(columns));
    rows.forEach(row -> text.append(CsvLine.of(row)));
    return text.toString();
  }
}
