package io.postern.console.web.partners;

import io.postern.api.Caller;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Mail and refusals of connectors in the last seven days, from counts by the hour. Any thread that
 * may block.
 */
@Singleton
class ConnectorTraffic {
  private static final Duration DAYS = Duration.ofDays(7);

  private final ReadModel model;
  private final Caller caller;

  ConnectorTraffic(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  /**
   * @param mail recipients
   * @param lastUsed the hour of the newest mail, RFC 3339; empty: none
   */
  public record Use(long mail, long refusals, String lastUsed) {
    static final Use NONE = new Use(0, 0, "");
  }

  /** By organization, direction and name. */
  record Uses(Map<String, Use> byConnector) {
    Use of(String organization, String direction, String name) {
      return byConnector.getOrDefault(key(organization, direction, name), Use.NONE);
    }

    private static String key(String organization, String direction, String name) {
      return organization + "/" + direction + "/" + name;
    }
  }

  Uses read() {
    Instant since = Instant.now().minus(DAYS);
    Sight sight = Sight.of(caller);
    return model.use(connection -> read(connection, since, sight));
  }

  static Uses read(Connection connection, Instant since, Sight sight) throws SQLException {
    Map<String, Use> uses = new HashMap<>();
    counts(connection, "mail_in", Connectors.INBOUND, since, sight, uses);
    counts(connection, "mail_out", Connectors.OUTBOUND, since, sight, uses);
    refusals(connection, since, sight, uses);
    return new Uses(uses);
  }

  private static void counts(
      Connection connection,
      String table,
      String direction,
      Instant since,
      Sight sight,
      Map<String, Use> uses)
      throws SQLException {
    String sql =
        "SELECT organization, connector, sum(recipients), max(hour) FILTER (WHERE recipients > 0) FROM "
            + table
            + " WHERE day >= ? AND hour >= ? AND connector <> ''"
            + seen(sight)
            + " GROUP BY organization, connector";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, Math.toIntExact(Duration.ofSeconds(since.getEpochSecond()).toDays()) - 1);
      select.setInt(2, Math.toIntExact(Duration.ofSeconds(since.getEpochSecond()).toHours()));
      set(select, 3, sight);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          int hour = row.getInt(4);
          String last = row.wasNull() ? "" : Instant.EPOCH.plus(Duration.ofHours(hour)).toString();
          uses.put(
              Uses.key(row.getString(1), direction, row.getString(2)),
              new Use(row.getLong(3), 0, last));
        }
      }
    }
  }

  private static void refusals(
      Connection connection, Instant since, Sight sight, Map<String, Use> uses)
      throws SQLException {
    String sql =
        "SELECT organization, connector, sum(refusals) FROM mail_refused WHERE day >= ? AND hour >="
            + " ? AND connector <> ''"
            + seen(sight)
            + " GROUP BY organization, connector";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, Math.toIntExact(Duration.ofSeconds(since.getEpochSecond()).toDays()) - 1);
      select.setInt(2, Math.toIntExact(Duration.ofSeconds(since.getEpochSecond()).toHours()));
      set(select, 3, sight);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String key = Uses.key(row.getString(1), Connectors.INBOUND, row.getString(2));
          Use use = uses.getOrDefault(key, Use.NONE);
          uses.put(key, new Use(use.mail(), row.getLong(3), use.lastUsed()));
        }
      }
    }
  }

  private static String seen(Sight sight) {
    return sight.isLimited() ? " AND organization = ANY(?)" : "";
  }

  private static void set(PreparedStatement select, int index, Sight sight) throws SQLException {
    if (sight.isLimited()) {
      select.setArray(index, select.getConnection().createArrayOf("text", sight.names()));
    }
  }
}
