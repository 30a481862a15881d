package io.postern.console.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.sight.Sight;
import io.postern.console.store.Days;
import io.postern.console.store.ReadTo;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Refusals by organization, the sender's domain, connector and rule, the most frequent first.
 *
 * @param leftOut refusals of these days that are not kept one by one, beyond the bound of a day
 */
public record RefusalGroups(List<Group> groups, long leftOut, ReadTo readTo) {
  /**
   * @param domain of the envelope sender; empty: none was given
   * @param count refusals, those that a record stands for included
   * @param first the log's time, RFC 3339
   * @param reference of the newest one
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Group(
      String organization,
      @JsonInclude String domain,
      String connector,
      String rule,
      long count,
      String first,
      String last,
      String reference) {}

  public RefusalGroups {
    groups = List.copyOf(groups);
  }

  static RefusalGroups of(Connection connection, Filter filter, Sight sight) throws SQLException {
    Conditions conditions = RefusalSearch.conditions(filter, sight);
    List<Group> groups = new ArrayList<>();
    // The newest reference of the groups that are shown alone: of all of them it would be a sort.
    String sql =
        "WITH shown AS (SELECT organization, from_domain, connector, rule, sum(count) AS"
            + " refusals, min(at) AS"
            + " oldest, max(at) AS newest FROM refusal WHERE %1$s GROUP BY organization,"
            + " from_domain, connector, rule ORDER BY 5 DESC, 7 DESC LIMIT ?) SELECT shown.organization,"
            + " shown.from_domain, shown.connector, shown.rule, shown.refusals, shown.oldest,"
            + " shown.newest,"
            + " (SELECT reference FROM refusal WHERE %1$s AND day = (shown.newest / ?)::int AND at ="
            + " shown.newest AND organization = shown.organization AND from_domain ="
            + " shown.from_domain AND connector = shown.connector AND rule = shown.rule LIMIT 1)"
            + " FROM shown ORDER BY 5 DESC, 7 DESC";
    try (PreparedStatement select = connection.prepareStatement(sql.formatted(conditions.sql()))) {
      int next = conditions.set(select, 1);
      select.setInt(next, filter.limit());
      select.setLong(conditions.set(select, next + 1), Days.startMillis(1));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          groups.add(
              new Group(
                  row.getString(1),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getLong(5),
                  Instant.ofEpochMilli(row.getLong(6)).toString(),
                  Instant.ofEpochMilli(row.getLong(7)).toString(),
                  row.getString(8)));
        }
      }
    }
    return new RefusalGroups(groups, leftOut(connection, filter, sight), ReadTo.of(connection));
  }

  private static long leftOut(Connection connection, Filter filter, Sight sight)
      throws SQLException {
    Conditions conditions =
        new Conditions()
            .and("topic = 'mail.refusals'")
            .and("day BETWEEN ? AND ?", filter.firstDay(), filter.lastDay())
            .given("organization = ?", filter.organization());
    if (sight.isLimited()) {
      conditions.and("organization = ANY(?)", (Object) sight.names());
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT coalesce(sum(left_out), 0) FROM day_bound WHERE " + conditions.sql())) {
      conditions.set(select, 1);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
