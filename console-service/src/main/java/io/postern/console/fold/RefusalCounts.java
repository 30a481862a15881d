package io.postern.console.fold;

import io.postern.console.store.Rows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Refusals by hour, organization, connector and rule, as one transaction changes them. Strangers
 * choose none of these, so that they cannot make rows. Owner: one thread. The caller bounds the
 * changes.
 */
final class RefusalCounts {
  /**
   * @param hour since 1970-01-01 (UTC)
   */
  record Key(int day, int hour, String organization, String connector, String rule) {}

  private final Map<Key, Long> counts = new HashMap<>();
  private final Rows rows =
      new Rows(
          "mail_refused",
          "day int, hour int, organization text, connector text, rule text, refusals bigint",
          "ON CONFLICT (day, hour, organization, connector, rule) DO UPDATE SET refusals ="
              + " mail_refused.refusals + excluded.refusals");

  /** A refusal whose row is kept. */
  void add(Key key, long refusals) {
    counts.merge(key, refusals, Long::sum);
  }

  void write(Connection connection) throws SQLException {
    counts.forEach(
        (key, refusals) ->
            rows.add(
                key.day(), key.hour(), key.organization(), key.connector(), key.rule(), refusals));
    rows.write(connection);
    forget();
  }

  /** After a transaction that failed, too. */
  void forget() {
    counts.clear();
    rows.clear();
  }
}
