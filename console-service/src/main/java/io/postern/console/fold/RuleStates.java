package io.postern.console.fold;

import io.postern.console.store.Rows;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.MessageAttempt;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rules of all home partitions. Their state is written in the transaction of the rows that it
 * let count, so that a reader that begins again counts as one that never stopped. Owner: one
 * thread.
 */
final class RuleStates {
  private final Map<Integer, HomeRules> all = new TreeMap<>();

  void load(Connection connection) throws SQLException {
    all.clear();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery(
              "SELECT partition, accepted_mark, due_mark, follow, owner FROM rule_state")) {
        while (row.next()) {
          int partition = row.getInt("partition");
          all.put(
              partition,
              new HomeRules(
                  partition,
                  new Marks(row.getLong("accepted_mark"), row.getLong("due_mark")),
                  row.getLong("follow"),
                  Owner.parse(row.getString("owner"))));
        }
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT partition, owner, queue_id, attempt, recipient FROM still_open ORDER BY partition, outcome_offset")) {
        while (row.next()) {
          of(row.getInt("partition"))
              .restore(
                  Owner.parse(row.getString("owner")),
                  new AttemptKey(
                      new MessageAttempt(row.getString("queue_id"), row.getInt("attempt")),
                      row.getInt("recipient")));
        }
      }
    }
  }

  /**
   * Of a partition of which nothing was read: its log is whole, unless its chain is to be learnt.
   */
  HomeRules of(int partition) {
    return all.computeIfAbsent(
        partition, p -> new HomeRules(p, Marks.NONE, Long.MIN_VALUE, Owner.NOBODY));
  }

  void write(Connection connection) throws SQLException {
    Rows states =
        new Rows(
            "rule_state",
            "partition int, accepted_mark bigint, due_mark bigint, follow bigint, owner text",
            "ON CONFLICT (partition) DO UPDATE SET accepted_mark = excluded.accepted_mark,"
                + " due_mark = excluded.due_mark, follow = excluded.follow, owner = excluded.owner");
    for (HomeRules rules : all.values()) {
      states.add(
          rules.partition,
          rules.marks().accepted(),
          rules.marks().due(),
          rules.followMillis(),
          rules.inForce().toString());
      for (HomeRules.StillOpenChange change : rules.changes) {
        write(connection, rules.partition, change);
      }
      rules.changes.clear();
    }
    states.write(connection);
  }

  // Rare: a session that lasts for more than 30 s.
  private static void write(Connection connection, int partition, HomeRules.StillOpenChange change)
      throws SQLException {
    String sql =
        change.open()
            ? "INSERT INTO still_open (outcome_offset, partition, owner, queue_id, attempt,"
                + " recipient) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            : "DELETE FROM still_open WHERE ? >= outcome_offset AND partition = ? AND owner = ?"
                + " AND queue_id = ? AND attempt = ? AND recipient = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, change.offset());
      statement.setInt(2, partition);
      statement.setString(3, change.owner().toString());
      statement.setString(4, change.attempt().attempt().queueId());
      statement.setInt(5, change.attempt().attempt().number());
      statement.setInt(6, change.attempt().recipient());
      statement.executeUpdate();
    }
  }

  /** For a rebuild: nothing was read. */
  void forget(Connection connection) throws SQLException {
    all.clear();
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM rule_state");
      statement.executeUpdate("DELETE FROM still_open");
    }
  }
}
