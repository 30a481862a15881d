package io.postern.console.life;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.api.ProblemException;
import io.postern.console.life.Life.Event;
import io.postern.console.search.Found.RecipientView;
import io.postern.console.search.MessagePage;
import io.postern.console.sight.Sight;
import io.postern.console.store.Days;
import io.postern.console.store.ReadTo;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageAccepted;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The life of one message, from the records that are kept of it. Bounds: 2,000 events and 1,000
 * controls, the first ones. Stateless.
 */
public final class LifeReader {
  private static final String EVENTS =
      "SELECT topic, at, worth, record FROM event WHERE day = ? AND queue_id = ?"
          + " ORDER BY at, topic, log_offset LIMIT 2000";
  private static final String CONTROLS =
      "SELECT at, record FROM control WHERE queue_id = ? OR queue_id = '' AND at BETWEEN ? AND ?"
          + " ORDER BY at LIMIT 1000";

  private LifeReader() {}

  /**
   * @throws ProblemException 404
   */
  public static Life read(Connection connection, String queueId, Sight sight) throws SQLException {
    QueueId id = parsed(queueId);
    int day = Days.of(id.createdMillis());
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT at, record FROM message WHERE day = ? AND queue_id = ?")) {
      select.setInt(1, day);
      select.setString(2, id.value());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw ProblemException.notFound("message " + id);
        }
        MessageAccepted message = MessageAccepted.parseFrom(row.getBytes(2));
        Set<Integer> seen = sight.recipients(message);
        if (seen.isEmpty()) {
          throw ProblemException.notFound("message " + id);
        }
        LifeEvents events = new LifeEvents(message, seen, sight);
        TreeMap<Integer, RecipientView> recipients = recipients(connection, day, id, seen, sight);
        return new Life(
            id.value(),
            new AcceptedView(message, seen, sight).at(row.getLong(1)),
            List.copyOf(recipients.values()),
            events(connection, day, id, row.getLong(1), recipients, events),
            ReadTo.of(connection));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record of " + id + " is of another version", e);
    }
  }

  private static QueueId parsed(String queueId) {
    try {
      return QueueId.parse(queueId);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("message " + queueId);
    }
  }

  private static TreeMap<Integer, RecipientView> recipients(
      Connection connection, int day, QueueId id, Set<Integer> seen, Sight sight)
      throws SQLException {
    TreeMap<Integer, RecipientView> recipients = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT "
                + MessagePage.COLUMNS
                + " FROM recipient x WHERE x.day = ? AND x.queue_id = ? AND x.at IS NOT NULL")) {
      select.setInt(1, day);
      select.setString(2, id.value());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (seen.contains(row.getInt("recipient"))) {
            recipients.put(row.getInt("recipient"), MessagePage.recipient(row, sight));
          }
        }
      }
    }
    return recipients;
  }

  private static List<Event> events(
      Connection connection,
      int day,
      QueueId id,
      long acceptedAt,
      TreeMap<Integer, RecipientView> recipients,
      LifeEvents events)
      throws SQLException, InvalidProtocolBufferException {
    long last = acceptedAt;
    try (PreparedStatement select = connection.prepareStatement(EVENTS)) {
      select.setInt(1, day);
      select.setString(2, id.value());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          last = Math.max(last, row.getLong(2));
          events.add(row.getString(1), row.getLong(2), row.getString(3), row.getBytes(4));
        }
      }
    }
    Set<String> routes = new HashSet<>();
    recipients.values().forEach(recipient -> routes.add(recipient.route()));
    boolean waits =
        recipients.values().stream()
            .anyMatch(r -> r.state().equals("waiting") || r.state().equals("held"));
    try (PreparedStatement select = connection.prepareStatement(CONTROLS)) {
      select.setString(1, id.value());
      select.setLong(2, acceptedAt);
      select.setLong(3, waits ? Long.MAX_VALUE : last);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          events.addControl(row.getLong(1), row.getBytes(2), routes);
        }
      }
    }
    return new ArrayList<>(events.inOrder());
  }
}
