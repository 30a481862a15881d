package io.postern.console.changes;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.changes.Changes.Change;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RecipientListCounts;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads changes of the directory from their audit records: of an organization's reader those that
 * an index has for its organizations and their domains. It ends after 10 s at the latest, wherever
 * it is. Stateless.
 */
final class ChangeReader {
  private static final int ROWS = 20;

  /** Of the reading; a statement that has begun may take as long again. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  // As the index of V3 has it. A version before wrote no name for a list: it may be of anybody.
  private static final String CONCERNED =
      "string_to_array(CASE WHEN organizations = '  ' THEN '?' ELSE btrim(organizations) END, ' ')"
          + " && ?";
  private static final String UNNAMED = "?";

  private ChangeReader() {}

  /**
   * @param changes the newest first
   * @param resume version before which the reading ended in the time's middle; 0: it was finished
   */
  record Found(List<Change> changes, long resume) {}

  /**
   * @param object part of an object's key, such as {@code inbound-connector/contoso/}; empty: any
   * @param most changes at most, after those that the reader does not see were left out
   */
  static Found find(
      Connection connection, Conditions conditions, String object, Sight sight, int most)
      throws SQLException {
    return find(connection, conditions, object, sight, most, System.nanoTime() + LONGEST.toNanos());
  }

  /**
   * @param end of {@link System#nanoTime}
   */
  static Found find(
      Connection connection, Conditions conditions, String object, Sight sight, int most, long end)
      throws SQLException {
    // A cursor, which a transaction alone has: a page of one organization may be far back.
    connection.setAutoCommit(false);
    List<Change> found = new ArrayList<>();
    try {
      execute(connection, "SET LOCAL statement_timeout = " + LONGEST.toMillis());
      Conditions all = new Conditions().and(conditions).and(concerned(connection, object, sight));
      try (PreparedStatement select = connection.prepareStatement(sql(all, sight))) {
        select.setFetchSize(ROWS);
        all.set(select, 1);
        try (ResultSet row = select.executeQuery()) {
          while (found.size() < most && row.next()) {
            Change change = change(connection, row, object, sight);
            if (!change.objects().isEmpty() || !change.recipients().isEmpty()) {
              found.add(change);
            }
            if (System.nanoTime() - end > 0) {
              return new Found(found, change.version());
            }
          }
        }
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    return new Found(found, 0);
  }

  static String sql(Conditions conditions, Sight sight) {
    String columns = "SELECT c.command_id, c.at, c.actor, c.version, c.record FROM ";
    // Materialized: the order by version would have the planner read everybody's.
    return sight.isLimited()
        ? "WITH own AS MATERIALIZED (SELECT command_id, version FROM directory_change WHERE "
            + conditions.sql()
            + ") "
            + columns
            + "(SELECT command_id, version FROM own ORDER BY version DESC) o JOIN directory_change c"
            + " ON c.command_id = o.command_id ORDER BY o.version DESC"
        : columns + "directory_change c WHERE " + conditions.sql() + " ORDER BY c.version DESC";
  }

  /** Rows that may have something that the reader sees. */
  static Conditions concerned(Connection connection, String object, Sight sight)
      throws SQLException {
    Conditions conditions = new Conditions();
    if (sight.isLimited()) {
      List<String> names = new ArrayList<>(List.of(sight.names()));
      if (object.isEmpty()) { // else lists of recipients are not shown
        names.addAll(lists(connection, sight));
        names.add(UNNAMED);
      }
      conditions.and(CONCERNED, (Object) names.toArray(String[]::new));
    }
    return conditions;
  }

  private static List<String> lists(Connection connection, Sight sight) throws SQLException {
    List<String> lists = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT record FROM directory_object WHERE object_key >= 'accepted-domain/'"
                    + " AND object_key < 'accepted-domain0' AND NOT removed");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        AcceptedDomain domain = DirectoryObject.parseFrom(row.getBytes(1)).getAcceptedDomain();
        if (sight.sees(domain.getOrganization())) {
          lists.add("@" + domain.getDomain());
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("unreadable accepted domain", e);
    }
    return lists;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Change change(Connection connection, ResultSet row, String object, Sight sight)
      throws SQLException {
    DirectoryAudit audit;
    try {
      audit = DirectoryAudit.parseFrom(row.getBytes("record"));
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("unreadable change " + row.getString("command_id"), e);
    }
    List<DirectoryChange> objects =
        DirectoryDiff.between(seen(audit.getBeforeList(), sight), seen(audit.getAfterList(), sight))
            .stream()
            .filter(change -> change.object().contains(object))
            .toList();
    RecipientListCounts list = audit.getRecipients();
    boolean seen =
        audit.hasRecipients()
            && object.isEmpty()
            && sight.sees(organizationOf(connection, list.getDomain()));
    return new Change(
        row.getString("command_id"),
        Instant.ofEpochMilli(row.getLong("at")).toString(),
        row.getString("actor"),
        row.getLong("version"),
        objects,
        seen ? counts(list) : "",
        seesAll(audit, sight) && (seen || !sight.isLimited() || !audit.hasRecipients())
            ? audit.getReason()
            : "");
  }

  /** The reason of a command may speak of each of its objects (G8). */
  private static boolean seesAll(DirectoryAudit audit, Sight sight) {
    return !sight.isLimited()
        || seen(audit.getBeforeList(), sight).size() == audit.getBeforeCount()
            && seen(audit.getAfterList(), sight).size() == audit.getAfterCount();
  }

  /** An object of a kind that this version does not know is nobody's. */
  private static List<DirectoryObject> seen(List<DirectoryObject> objects, Sight sight) {
    return objects.stream()
        .filter(each -> each.getObjectCase() != DirectoryObject.ObjectCase.OBJECT_NOT_SET)
        .filter(each -> sight.sees(DirectoryKeys.organizationOf(each)))
        .toList();
  }

  /** Of an accepted domain; empty: it is none any more, and an operator's alone. */
  private static String organizationOf(Connection connection, String domain) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT record FROM directory_object WHERE object_key = ? AND NOT removed")) {
      select.setString(1, "accepted-domain/" + domain);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? DirectoryObject.parseFrom(row.getBytes(1)).getAcceptedDomain().getOrganization()
            : "";
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("unreadable accepted domain " + domain, e);
    }
  }

  private static String counts(RecipientListCounts counts) {
    return counts.getDomain()
        + ": "
        + counts.getAdded()
        + " added, "
        + counts.getRemoved()
        + " removed, "
        + counts.getRerouted()
        + " with another route, "
        + counts.getAddresses()
        + " in all";
  }
}
