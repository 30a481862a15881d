package io.postern.console.life;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.api.ProblemException;
import io.postern.console.life.Life.Event;
import io.postern.console.search.Found.RecipientView;
import io.postern.console.search.MessagePage;
import io.postern.console.sight.Sight;
import io.postern.console.store.Days;
import io.postern.console.store.PackedLife;
import io.postern.console.store.ReadTo;
import io.postern.console.wire.LifeRecord;
import io.postern.console.wire.MessageLife;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageAccepted;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The life of one message, from the records that are kept of it. Bounds: the records that were read
 * with its acceptance, and of the later ones the first 1,001 and the last 1,000; the last 1,000
 * controls. An event of the kind left-out stands for what is between. Stateless.
 */
public final class LifeReader {
  private static final int MOST = 1_000;
  private static final String EVENTS =
      "SELECT topic, log_offset, at, worth, record FROM event WHERE day = ? AND queue_id = ?";
  private static final String FIRST_EVENTS =
      EVENTS + " ORDER BY at, topic, log_offset LIMIT " + (MOST + 1);
  private static final String LAST_EVENTS =
      EVENTS + " ORDER BY at DESC, topic DESC, log_offset DESC LIMIT " + (MOST + 1);
  private static final String CONTROLS =
      "SELECT at, record, count(*) OVER () FROM (SELECT at, record FROM control"
          + " WHERE queue_id = ? OR queue_id = '' AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT "
          + (MOST + 1)
          + ") x ORDER BY at";

  private LifeReader() {}

  /**
   * @throws ProblemException 404
   */
  public static Life read(Connection connection, String queueId, Sight sight) throws SQLException {
    QueueId id = parsed(queueId);
    int day = Days.of(id.createdMillis());
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT at, record, life FROM message WHERE day = ? AND queue_id = ?")) {
      select.setInt(1, day);
      select.setString(2, id.value());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw ProblemException.notFound("message " + id);
        }
        MessageLife life = PackedLife.of(row);
        MessageAccepted message = MessageAccepted.parseFrom(life.getAccepted());
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
            events(connection, day, id, life, row.getLong(1), recipients, events),
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

  /** A record in the log. */
  private record Place(String topic, long offset) {}

  private record Kept(Place place, long at, String worth, byte[] record) {}

  /**
   * @param beforeGap behind it records are left out; null: none is
   */
  private record Records(List<Kept> inOrder, @Nullable Place beforeGap) {}

  /** The packed records and the others, each once: some may be among both ({@code Lives}). */
  private static Records kept(
      Connection connection, int day, QueueId id, MessageLife life, long acceptedAt)
      throws SQLException {
    Map<Place, Kept> kept = new HashMap<>();
    for (LifeRecord each : life.getRecordsList()) {
      Place place = new Place(each.getTopic(), each.getLogOffset());
      kept.put(
          place,
          new Kept(
              place,
              acceptedAt + each.getAfter(),
              each.getWorth(),
              each.getRecord().toByteArray()));
    }
    List<Kept> first = rows(connection, FIRST_EVENTS, day, id);
    first.forEach(each -> kept.putIfAbsent(each.place(), each));
    Place beforeGap = null;
    if (first.size() > MOST) {
      List<Kept> last = rows(connection, LAST_EVENTS, day, id);
      Place farthest = last.getLast().place();
      if (first.stream().noneMatch(each -> each.place().equals(farthest))) {
        last.removeLast();
        beforeGap = first.getLast().place();
      }
      last.forEach(each -> kept.putIfAbsent(each.place(), each));
    }
    List<Kept> inOrder =
        kept.values().stream()
            .sorted(
                Comparator.comparingLong(Kept::at)
                    .thenComparing(each -> each.place().topic())
                    .thenComparingLong(each -> each.place().offset()))
            .toList();
    return new Records(inOrder, beforeGap);
  }

  private static List<Kept> rows(Connection connection, String sql, int day, QueueId id)
      throws SQLException {
    List<Kept> rows = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, day);
      select.setString(2, id.value());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(
              new Kept(
                  new Place(row.getString(1), row.getLong(2)),
                  row.getLong(3),
                  row.getString(4),
                  row.getBytes(5)));
        }
      }
    }
    return rows;
  }

  private static List<Event> events(
      Connection connection,
      int day,
      QueueId id,
      MessageLife life,
      long acceptedAt,
      TreeMap<Integer, RecipientView> recipients,
      LifeEvents events)
      throws SQLException, InvalidProtocolBufferException {
    long last = acceptedAt;
    Records records = kept(connection, day, id, life, acceptedAt);
    for (Kept each : records.inOrder()) {
      last = Math.max(last, each.at());
      events.add(each.place().topic(), each.at(), each.worth(), each.record());
      if (each.place().equals(records.beforeGap())) {
        events.addLeftOut(each.at());
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
          if (row.getRow() == 1 && row.getInt(3) > MOST) {
            events.addLeftOut(row.getLong(1));
          } else {
            events.addControl(row.getLong(1), row.getBytes(2), routes);
          }
        }
      }
    }
    return new ArrayList<>(events.inOrder());
  }
}
