package io.postern.texts;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A line of CSV (RFC 4180) for spreadsheets. Strangers choose some of the values: a cell that a
 * spreadsheet would take for a formula begins with an apostrophe, and what nobody would see is
 * {@link Visible}. Stateless.
 */
public final class CsvLine {
  // The last four are the same signs as East Asian keyboards write them.
  private static final String FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";

  private CsvLine() {}

  /** The cells with commas, and the line's end. A number stays as it is. */
  public static String of(List<?> cells) {
    return cells.stream().map(CsvLine::cell).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String cell(Object value) {
    if (value instanceof Number) {
      return value.toString();
    }
    String text = Visible.of(String.valueOf(value));
    if (!text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}
