package io.postern.console.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far each partition of a topic is read, and the records that the log lost before. Written in
 * the transaction of the rows, so that each record counts once, whatever is killed.
 *
 * <p>Owner: one thread, with the writer's connection.
 */
public final class Positions {
  /** One partition of a topic. */
  public record Key(String topic, int partition) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byTopic = topic.compareTo(other.topic);
      return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
    }
  }

  private static final class Position {
    long next;
    long newest;
    long unreadable;
    long end;
    long endSeen;
    boolean changed;
  }

  private final Map<Key, Position> all = new TreeMap<>();

  public void load(Connection connection) throws SQLException {
    all.clear();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT topic, partition, next, newest, unreadable, end_offset, end_seen FROM"
                    + " position")) {
      while (row.next()) {
        Position position = of(new Key(row.getString("topic"), row.getInt("partition")));
        position.next = row.getLong("next");
        position.newest = row.getLong("newest");
        position.unreadable = row.getLong("unreadable");
        position.end = row.getLong("end_offset");
        position.endSeen = row.getLong("end_seen");
      }
    }
  }

  /** Offset of the first record that was not read; null: the partition was never read. */
  public @Nullable Long next(Key key) {
    Position position = all.get(key);
    return position == null ? null : position.next;
  }

  /** A record was read. */
  public void read(Key key, long offset, long timestamp) {
    Position position = of(key);
    position.next = offset + 1;
    position.newest = Math.max(position.newest, timestamp);
    position.changed = true;
  }

  /** A record was read that is none of its topic. */
  public void unreadable(Key key) {
    of(key).unreadable++;
  }

  /** Reads on from here, after offsets without records, or where a partition begins. */
  public void moveTo(Key key, long next) {
    Position position = of(key);
    if (!position.changed && position.next == next && position.endSeen > 0) {
      return;
    }
    position.next = next;
    position.changed = true;
  }

  /** The log's end, asked for at this time. */
  public void end(Key key, long end, long nowMillis) {
    Position position = of(key);
    position.end = end;
    position.endSeen = nowMillis;
    position.changed = true;
  }

  /** Records that nobody can read any more. */
  public void gap(Connection connection, Key key, long first, long behind, long nowMillis)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO gap (topic, partition, first, behind, found) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, key.topic());
      insert.setInt(2, key.partition());
      insert.setLong(3, first);
      insert.setLong(4, behind);
      insert.setLong(5, nowMillis);
      insert.executeUpdate();
    }
  }

  /** Records behind the positions, by the ends last asked for. */
  public long lag() {
    return all.values().stream().mapToLong(p -> Math.max(0, p.end - p.next)).sum();
  }

  /** Records of all partitions that were read and are none of their topic. */
  public long unreadable() {
    return all.values().stream().mapToLong(p -> p.unreadable).sum();
  }

  public void write(Connection connection) throws SQLException {
    Rows rows =
        new Rows(
            "position",
            "topic text, partition int, next bigint, newest bigint, unreadable bigint,"
                + " end_offset bigint, end_seen bigint",
            "ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next,"
                + " newest = excluded.newest, unreadable = excluded.unreadable,"
                + " end_offset = excluded.end_offset, end_seen = excluded.end_seen");
    all.forEach(
        (key, p) -> {
          if (p.changed) {
            rows.add(
                key.topic(), key.partition(), p.next, p.newest, p.unreadable, p.end, p.endSeen);
          }
        });
    rows.write(connection);
    all.values().forEach(p -> p.changed = false);
  }

  /** For a rebuild: nothing was read. */
  public void forget(Connection connection) throws SQLException {
    all.clear();
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM position");
    }
  }

  private Position of(Key key) {
    return all.computeIfAbsent(key, k -> new Position());
  }
}
