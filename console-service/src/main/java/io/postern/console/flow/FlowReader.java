package io.postern.console.flow;

import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads the counts by hour that the fold keeps. Stateless. */
final class FlowReader {
  private static final long HOURS_OF_DAY = TimeUnit.DAYS.toHours(1);

  private FlowReader() {}

  /**
   * What is counted.
   *
   * @param first hour since 1970
   * @param behind the last hour
   * @param hours of a step
   * @param organization empty: all that the reader sees
   */
  record Span(long first, long behind, long hours, String organization, Sight sight) {
    private Conditions conditions() {
      Conditions conditions =
          new Conditions()
              // The primary key begins with the day in the queue id, which may be one off.
              .and("t.day >= ?", Math.toIntExact(first / HOURS_OF_DAY - 1))
              .and("t.day <= ?", Math.toIntExact(behind / HOURS_OF_DAY + 1))
              .and("t.hour >= ?", Math.toIntExact(first))
              .and("t.hour < ?", Math.toIntExact(behind))
              .given("t.organization = ?", organization);
      if (sight.isLimited()) {
        conditions.and("t.organization = ANY(?)", (Object) sight.names());
      }
      return conditions;
    }

    /** Mail between two organizations that the reader sees both counts once. */
    private Conditions once() {
      Conditions conditions = conditions();
      if (!organization.isEmpty()) {
        return conditions; // an organization counts no mail twice
      }
      return sight.isLimited()
          ? conditions.and("(t.sender = '' OR t.sender <> ALL(?))", (Object) sight.names())
          : conditions.and("t.sender = ''");
    }

    private String at(long step) {
      return Instant.ofEpochSecond(TimeUnit.HOURS.toSeconds(step * hours)).toString();
    }
  }

  static List<Flow.In> in(Connection connection, Span span) throws SQLException {
    Conditions conditions = span.once();
    List<Flow.In> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT t.hour / ?, t.tls, sum(t.recipients)::bigint FROM mail_in t WHERE "
                + conditions.sql()
                + " GROUP BY 1, 2 ORDER BY 1, 2")) {
      select.setInt(1, Math.toIntExact(span.hours()));
      conditions.set(select, 2);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(new Flow.In(span.at(row.getLong(1)), row.getString(2), row.getLong(3)));
        }
      }
    }
    return found;
  }

  static List<Flow.Out> out(Connection connection, Span span) throws SQLException {
    Conditions conditions = span.conditions().and("t.recipients > 0");
    List<Flow.Out> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT t.hour / ?, t.token, t.tls, t.state, sum(t.recipients)::bigint"
                + " FROM mail_out t WHERE "
                + conditions.sql()
                + " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4")) {
      select.setInt(1, Math.toIntExact(span.hours()));
      conditions.set(select, 2);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new Flow.Out(
                  span.at(row.getLong(1)),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getLong(5)));
        }
      }
    }
    return found;
  }

  static List<Flow.Refused> refused(Connection connection, Span span) throws SQLException {
    Conditions conditions = span.conditions();
    List<Flow.Refused> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT t.hour / ?, t.rule, sum(t.refusals)::bigint FROM mail_refused t WHERE "
                + conditions.sql()
                + " GROUP BY 1, 2 ORDER BY 1, 2")) {
      select.setInt(1, Math.toIntExact(span.hours()));
      conditions.set(select, 2);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(new Flow.Refused(span.at(row.getLong(1)), row.getString(2), row.getLong(3)));
        }
      }
    }
    return found;
  }
}
