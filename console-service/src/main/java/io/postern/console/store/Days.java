package io.postern.console.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The tables that have a day, as the database's catalogue has them: a migration adds one, and a
 * version that does not know it keeps its days too. Of a table that is partitioned by day, a
 * partition is made before the first row of its day, and dropped when the day is older than the
 * retention; of another one, the rows are deleted then. A day is the number of days since
 * 1970-01-01 (UTC).
 *
 * <p>Owner: one thread, with the writer's connection. A partition that was made in a transaction
 * that failed is unknown again after {@link #load}.
 */
public final class Days {
  private static final String PARTITIONS =
      "SELECT p.relname, right(c.relname, 10) FROM pg_partitioned_table t"
          + " JOIN pg_class p ON p.oid = t.partrelid"
          + " JOIN pg_namespace n ON n.oid = p.relnamespace AND n.nspname = current_schema()"
          + " JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = t.partattrs[0]"
          + " LEFT JOIN pg_inherits i ON i.inhparent = p.oid"
          + " LEFT JOIN pg_class c ON c.oid = i.inhrelid WHERE a.attname = 'day'";

  // Of another program's table in this database nothing is deleted.
  private static final String FOLDED = "folded from ";
  private static final String KEPT = "kept by a rebuild";
  private static final String TABLES =
      "SELECT c.relname, c.relkind = 'p', coalesce(obj_description(c.oid, 'pg_class'), '')"
          + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " AND n.nspname = current_schema() JOIN pg_attribute a ON a.attrelid = c.oid"
          + " AND a.attname = 'day' AND NOT a.attisdropped"
          + " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition";

  // Of a clock that is wrong; nobody fills years with partitions.
  private static final int MOST_AHEAD = 30;
  private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyy_MM_dd");

  private static final int NONE = Integer.MIN_VALUE;

  private final int retentionDays;

  /** The days that each table has a partition of. */
  private final Map<String, Set<Integer>> there = new TreeMap<>();

  /** Tables with a day that are not partitioned, by their comment. */
  private final Set<String> counts = new TreeSet<>();

  /** The tables of each topic, by their comment. */
  private final Map<String, Set<String>> folded = new HashMap<>();

  private int needed = NONE; // the last day that was asked for: it has its partitions

  public Days(int retentionDays) {
    this.retentionDays = retentionDays;
  }

  public static int of(long millis) {
    return Math.toIntExact(Math.floorDiv(millis, TimeUnit.DAYS.toMillis(1)));
  }

  public static long startMillis(int day) {
    return TimeUnit.DAYS.toMillis(day);
  }

  /** The first day that is kept. */
  public int first(long nowMillis) {
    return of(nowMillis) - retentionDays + 1;
  }

  /** Whether rows of the day are kept: it is not too old, and not far in the future. */
  public boolean keeps(int day, long nowMillis) {
    return day >= first(nowMillis) && day <= of(nowMillis) + MOST_AHEAD;
  }

  /** Learns which tables there are, and which days each of them has a partition of. */
  public void load(Connection connection) throws SQLException {
    needed = NONE;
    there.clear();
    counts.clear();
    folded.clear();
    try (Statement statement = connection.createStatement();
        ResultSet table = statement.executeQuery(TABLES)) {
      while (table.next()) {
        String name = table.getString(1);
        String comment = table.getString(3);
        boolean isFolded = comment.startsWith(FOLDED);
        if (isFolded) {
          folded
              .computeIfAbsent(comment.substring(FOLDED.length()), topic -> new TreeSet<>())
              .add(name);
        }
        if (!table.getBoolean(2) && (isFolded || comment.equals(KEPT))) {
          counts.add(name);
        }
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(PARTITIONS)) {
      while (found.next()) {
        Set<Integer> days = there.computeIfAbsent(found.getString(1), table -> new HashSet<>());
        String day = found.getString(2);
        if (day != null) {
          days.add(Math.toIntExact(LocalDate.parse(day, NAME).toEpochDay()));
        }
      }
    }
  }

  /** The days that a table has a partition of. */
  public Set<Integer> there() {
    Set<Integer> all = new TreeSet<>();
    there.values().forEach(all::addAll);
    return all;
  }

  /** Makes the day's partitions where there are none. */
  public void need(Connection connection, int day) throws SQLException {
    if (day == needed) {
      return; // most records are of today
    }
    for (Map.Entry<String, Set<Integer>> table : there.entrySet()) {
      if (table.getValue().add(day)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "CREATE TABLE IF NOT EXISTS %s PARTITION OF %s FOR VALUES FROM (%d) TO (%d)"
                  .formatted(partition(table.getKey(), day), table.getKey(), day, day + 1));
        }
      }
    }
    needed = day;
  }

  /**
   * Makes tomorrow's partitions and those of a table that is new, and drops the days beyond the
   * retention. Commits after each day: a transaction's locks are bounded, and months may wait to be
   * dropped.
   */
  public void keep(Connection connection, long nowMillis) throws SQLException {
    needed = NONE;
    need(connection, of(nowMillis));
    need(connection, of(nowMillis) + 1);
    int first = first(nowMillis);
    try (Statement statement = connection.createStatement()) {
      for (int day : there()) {
        if (day < first) {
          for (Map.Entry<String, Set<Integer>> table : there.entrySet()) {
            if (table.getValue().remove(day)) {
              statement.execute("DROP TABLE " + partition(table.getKey(), day));
            }
          }
        } else {
          need(connection, day);
        }
        connection.commit();
      }
      long oldest = startMillis(first);
      statement.executeUpdate("DELETE FROM control WHERE at < " + oldest);
      statement.executeUpdate("DELETE FROM gap WHERE found < " + oldest);
      for (String table : counts) {
        statement.executeUpdate("DELETE FROM " + table + " WHERE day < " + first);
      }
      // Delivery-service says each route's state again every few seconds while it has mail.
      statement.executeUpdate(
          "DELETE FROM route WHERE at < " + (nowMillis - TimeUnit.DAYS.toMillis(1)));
    }
    connection.commit();
  }

  /** Removes the day's rows from the tables that are folded from this topic. */
  public void empty(Connection connection, int day, String topic) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : folded.getOrDefault(topic, Set.of())) {
        if (counts.contains(table)) {
          statement.executeUpdate("DELETE FROM " + table + " WHERE day = " + day);
        } else if (there.getOrDefault(table, Set.of()).contains(day)) {
          statement.execute("TRUNCATE " + partition(table, day));
        }
      }
    }
  }

  private static String partition(String table, int day) {
    return table + "_" + LocalDate.ofEpochDay(day).format(NAME);
  }
}
