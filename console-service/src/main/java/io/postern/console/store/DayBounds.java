package io.postern.console.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds of what strangers may fill: so many rows a day, partition of the topic and organization;
 * further ones are counted alone. Which records are kept depends on their order in the partition
 * and on nothing else, so that whoever reads them again keeps the same.
 *
 * <p>Owner: one thread, with the writer's connection.
 */
public final class DayBounds {
  private record Key(String topic, int partition, int day, String organization) {}

  private static final class Count {
    long kept;
    long leftOut;
    long lastOffset = -1;
    boolean changed;
  }

  private static final int MOST_REMEMBERED = 10_000;

  private final Map<Key, Count> counts = new HashMap<>();

  /** After a transaction that failed: the database knows the counts. */
  public void forget() {
    counts.clear();
  }

  /**
   * Whether the record is kept; one that was counted before, in a rebuild, is kept if it was kept
   * then.
   *
   * @param most of the partition and day for one organization
   */
  public boolean keeps(
      Connection connection,
      String topic,
      int partition,
      int day,
      String organization,
      long offset,
      long most)
      throws SQLException {
    Count count = count(connection, new Key(topic, partition, day, organization));
    if (offset <= count.lastOffset) {
      return false; // its row is there, or it was left out
    }
    count.lastOffset = offset;
    count.changed = true;
    if (count.kept >= most) {
      count.leftOut++;
      return false;
    }
    count.kept++;
    return true;
  }

  private Count count(Connection connection, Key key) throws SQLException {
    Count known = counts.get(key);
    if (known != null) {
      return known;
    }
    Count count = new Count();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT kept, left_out, last_offset FROM day_bound"
                + " WHERE topic = ? AND partition = ? AND day = ? AND organization = ?")) {
      select.setString(1, key.topic());
      select.setInt(2, key.partition());
      select.setInt(3, key.day());
      select.setString(4, key.organization());
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          count.kept = row.getLong(1);
          count.leftOut = row.getLong(2);
          count.lastOffset = row.getLong(3);
        }
      }
    }
    counts.put(key, count);
    return count;
  }

  public void write(Connection connection) throws SQLException {
    Rows rows =
        new Rows(
            "day_bound",
            "topic text, partition int, day int, organization text, kept bigint, left_out bigint,"
                + " last_offset bigint",
            "ON CONFLICT (topic, partition, day, organization) DO UPDATE SET kept = excluded.kept,"
                + " left_out = excluded.left_out, last_offset = excluded.last_offset");
    counts.forEach(
        (key, count) -> {
          if (count.changed) {
            rows.add(
                key.topic(),
                key.partition(),
                key.day(),
                key.organization(),
                count.kept,
                count.leftOut,
                count.lastOffset);
            count.changed = false;
          }
        });
    rows.write(connection);
    if (counts.size() > MOST_REMEMBERED) {
      counts.clear();
    }
  }
}
