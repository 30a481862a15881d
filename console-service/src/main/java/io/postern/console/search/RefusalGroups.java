package io.postern.console.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.sight.Sight;
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
    String sql =
        "SELECT organization, from_domain, connector, rule, sum(count), min(at), max(at),"
            + " (array_agg(reference ORDER BY at DESC))[1] FROM refusal WHERE "
            + conditions.sql()
            + " GROUP BY organization, from_domain, connector, rule"
            + " ORDER BY 5 DESC, 7 DESC LIMIT ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(conditions.set(select, 1), filter.limit());
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
