package io.postern.console.reports;

import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadTo;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Reads reports from the tables. Stateless. */
final class ReportReader {
  private ReportReader() {}

  /**
   * @param organization empty: all that the reader sees
   * @param most rows
   */
  static Report read(
      Connection connection,
      ReportKind kind,
      LocalDate since,
      LocalDate until,
      String organization,
      Sight sight,
      int most)
      throws SQLException {
    Conditions conditions = conditions(kind, since, until, organization, sight);
    Conditions others = new Conditions();
    if (kind == ReportKind.FOREIGN_SENDERS) {
      SenderPairs.read(connection, since, until, sight).leaveOutOwn(conditions);
    } else if (kind == ReportKind.OWN_DOMAINS_ELSEWHERE) {
      others = SenderPairs.read(connection, since, until, sight).others();
    }
    String sql = sql(kind, conditions);
    List<List<Object>> rows = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(conditions.set(select, others.set(select, 1)), most + 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(values(row, kind));
        }
      }
    }
    boolean cut = rows.size() > most;
    return new Report(
        kind.word(),
        since.toString(),
        until.toString(),
        kind.columns,
        cut ? rows.subList(0, most) : rows,
        cut,
        ReadTo.of(connection));
  }

  static Conditions conditions(
      ReportKind kind, LocalDate since, LocalDate until, String organization, Sight sight) {
    String table = kind.table.name;
    Conditions conditions =
        new Conditions()
            .and(table + ".day BETWEEN ? AND ?", (int) since.toEpochDay(), (int) until.toEpochDay())
            .and(kind.condition)
            .given(table + ".organization = ?", organization);
    if (kind.table == ReportKind.Table.RECIPIENT) {
      conditions.and("r.at IS NOT NULL");
    }
    if (sight.isLimited()) {
      conditions.and(table + ".organization = ANY(?)", (Object) sight.names());
      if (kind.table == ReportKind.Table.REPORTED) {
        conditions.and("x.decider IN ('', x.organization)"); // another's refusal is not shown (G8)
      }
    }
    return conditions;
  }

  static String sql(ReportKind kind, Conditions conditions) {
    String table = kind.table.name;
    return "SELECT "
        + table
        + ".day, "
        + table
        + ".organization, "
        + kind.facts
        + ", "
        + kind.counts
        + kind.table.from
        + " WHERE "
        + conditions.sql()
        + " GROUP BY "
        + table
        + ".day, "
        + table
        + ".organization, "
        + kind.facts
        + " ORDER BY "
        + table
        + ".day DESC, "
        + kind.table.size
        + " DESC LIMIT ?";
  }

  private static List<Object> values(ResultSet row, ReportKind kind) throws SQLException {
    int columns = kind.columns.size() - (kind.searches() ? 1 : 0);
    List<Object> values = new ArrayList<>(kind.columns.size());
    values.add(LocalDate.ofEpochDay(row.getInt(1)).toString());
    for (int column = 2; column <= columns; column++) {
      Object value = row.getObject(column);
      values.add(value == null ? "" : value);
    }
    if (kind.searches()) {
      values.add(ReportedMail.search(values));
    }
    return values;
  }
}
