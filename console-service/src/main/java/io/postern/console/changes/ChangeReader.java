package io.postern.console.changes;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.changes.Changes.Change;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RecipientListCounts;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads changes of the directory from their audit records. Stateless. */
final class ChangeReader {
  private static final int ROWS = 20;

  private ChangeReader() {}

  /**
   * @param object part of an object's key, such as {@code inbound-connector/contoso/}; empty: any
   * @param most changes at most, after those that the reader does not see were left out
   */
  static List<Change> find(
      Connection connection, Conditions conditions, String object, Sight sight, int most)
      throws SQLException {
    // A cursor, which a transaction alone has: a page of one organization may be far back.
    connection.setAutoCommit(false);
    List<Change> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT c.command_id, c.at, c.actor, c.version, c.record FROM directory_change c WHERE "
                + conditions.sql()
                + " ORDER BY c.version DESC")) {
      select.setFetchSize(ROWS);
      conditions.set(select, 1);
      try (ResultSet row = select.executeQuery()) {
        while (found.size() < most && row.next()) {
          Change change = change(connection, row, object, sight);
          if (!change.objects().isEmpty() || !change.recipients().isEmpty()) {
            found.add(change);
          }
        }
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    return found;
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
