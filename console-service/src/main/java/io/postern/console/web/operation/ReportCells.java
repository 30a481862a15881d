package io.postern.console.web.operation;

import io.postern.console.reports.Report;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.QueryPath;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rows of a report as a page shows them, with links to the mail behind them. Stateless. */
final class ReportCells {
  /** The search's parameters for a report's columns. */
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "organization", "organization",
          "connector", "connector",
          "direction", "direction",
          "tls", "tls",
          "state", "state",
          "reason", "reason",
          "domain", "toDomain",
          "senderDomain", "fromDomain",
          "rule", "rule");

  private static final String SEARCH = "search";
  private static final String SAMPLE = "sample";
  private static final String API = "/api/v1";

  private ReportCells() {}

  /**
   * @param number it is one
   * @param href empty: none
   */
  public record Cell(String text, boolean number, String href) {}

  /** The columns without the search, which is the link of the row's number. */
  static List<String> shown(Report report) {
    return report.columns().stream().filter(column -> !column.equals(SEARCH)).toList();
  }

  static List<List<Cell>> of(Frame f, Report report, int most) {
    List<List<Cell>> rows = new ArrayList<>();
    for (List<Object> row : report.rows().subList(0, Math.min(most, report.rows().size()))) {
      rows.add(row(f, report, row));
    }
    return rows;
  }

  private static List<Cell> row(Frame f, Report report, List<Object> row) {
    String search = search(report, row);
    List<Cell> cells = new ArrayList<>();
    for (String column : shown(report)) {
      Object value = row.get(report.columns().indexOf(column));
      if (value instanceof Number number) {
        cells.add(new Cell(f.number(number.longValue()), true, search));
      } else {
        String text = String.valueOf(value);
        cells.add(
            new Cell(
                column.equals("state") ? f.word("reports.state", text) : text,
                false,
                href(report, row, column, text)));
      }
    }
    return cells;
  }

  private static String href(Report report, List<Object> row, String column, String text) {
    if (text.isEmpty()) {
      return "";
    }
    if (column.equals(SAMPLE)) {
      boolean refusal = isOfRefusals(report, row);
      return (refusal ? "/refusals/" : "/messages/") + Frame.encoded(text);
    }
    // A domain that gets plaintext is a partner to talk to.
    return column.equals("domain") && report.name().equals("plaintext-domains")
        ? QueryPath.to("/partners/secure")
            .with("organization", value(report, row, "organization"))
            .with("domain", text)
            .toString()
        : "";
  }

  private static boolean isOfRefusals(Report report, List<Object> row) {
    return report.name().equals("refused") || value(report, row, "mail").equals("refused");
  }

  private static String value(Report report, List<Object> row, String column) {
    int index = report.columns().indexOf(column);
    return index < 0 ? "" : String.valueOf(row.get(index));
  }

  /** The page of the search that finds the row's mail. */
  private static String search(Report report, List<Object> row) {
    if (report.name().equals("own-domains-elsewhere")) {
      return ""; // other organizations' mail
    }
    String given = value(report, row, SEARCH);
    if (given.startsWith(API + "/")) {
      return given.substring(API.length());
    }
    LocalDate day = LocalDate.parse(value(report, row, "day"));
    QueryPath path =
        QueryPath.to("/messages").with("kind", isOfRefusals(report, row) ? "refusals" : "messages");
    for (String column : report.columns()) {
      String parameter = PARAMETERS.get(column);
      if (parameter != null) {
        path.with(parameter, value(report, row, column));
      }
    }
    return path.with("since", day.toString()).with("until", day.plusDays(1).toString()).toString();
  }
}
