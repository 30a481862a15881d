package io.postern.console.queue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.api.ProblemException;
import io.postern.console.queue.QueueGroups.Group;
import io.postern.console.queue.QueueGroups.HopState;
import io.postern.console.queue.QueuePage.Recipient;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadTo;
import io.postern.contracts.v1.RouteState;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the queue from the tables of recipients and messages. Stateless. */
final class QueueReader {
  private static final String FROM =
      " FROM recipient r JOIN message m ON m.day = r.day AND m.queue_id = r.queue_id WHERE ";

  /** The facts by which the queue can be grouped, with their columns. */
  static final Map<String, String> GROUPS =
      Map.of(
          "reason", "r.reason",
          "route", "r.route",
          "connector", "r.connector",
          "organization", "r.organization",
          "state", "r.state",
          "toDomain", "r.domain",
          "fromDomain", "m.from_domain");

  // Longer ago than a route's state is kept in the log.
  private static final Duration HOP_STATES = Duration.ofDays(1);

  private static final String OTHERS = "a failure of another organization's mail";

  private QueueReader() {}

  /**
   * @param after the place behind which the page begins; empty: the first page
   */
  static List<Recipient> page(Connection connection, Conditions conditions, String after, int most)
      throws SQLException {
    if (!after.isEmpty()) {
      Place place = Place.parse(after);
      conditions.and(
          "(r.at, r.queue_id, r.recipient) > (?, ?, ?)",
          place.at(),
          place.queueId(),
          place.recipient());
    }
    List<Recipient> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT r.queue_id, r.recipient, m.from_address, r.address, r.organization, r.state,"
                + " r.reason, r.at, r.since, r.due, r.attempts, r.connector, r.route, r.token,"
                + " r.host"
                + FROM
                + conditions.sql()
                + " ORDER BY r.at, r.queue_id, r.recipient LIMIT ?")) {
      select.setInt(conditions.set(select, 1), most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new Recipient(
                  row.getString("queue_id"),
                  row.getInt("recipient"),
                  row.getString("from_address"),
                  row.getString("address"),
                  row.getString("organization"),
                  row.getString("state"),
                  row.getString("reason"),
                  Instant.ofEpochMilli(row.getLong("at")).toString(),
                  time(row.getLong("since")),
                  time(row.getLong("due")),
                  row.getInt("attempts"),
                  row.getString("connector"),
                  row.getString("route"),
                  row.getString("token"),
                  row.getString("host")));
        }
      }
    }
    return found;
  }

  static long count(Connection connection, Conditions conditions) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT count(*) FROM (SELECT 1" + FROM + conditions.sql() + " LIMIT ?) x")) {
      select.setLong(conditions.set(select, 1), QueuePage.MOST_COUNTED);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /**
   * @throws ProblemException 400: there is no such fact
   */
  static QueueGroups groups(
      Connection connection, Conditions conditions, String by, int most, Sight sight)
      throws SQLException {
    String column = GROUPS.get(by);
    if (column == null) {
      throw ProblemException.badRequest(
          "by",
          "\"" + by + "\" is not a property of queued mail.",
          "Write one of " + String.join(", ", GROUPS.keySet().stream().sorted().toList()) + ".");
    }
    List<Group> groups = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT "
                + column
                + ", count(*), count(*) FILTER (WHERE r.state = 'held'),"
                + " count(DISTINCT r.queue_id), min(r.at),"
                + " min(r.due) FILTER (WHERE r.state = 'waiting' AND r.due > 0)"
                + FROM
                + conditions.sql()
                + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?")) {
      select.setInt(conditions.set(select, 1), most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String name = row.getString(1);
          groups.add(
              new Group(
                  name,
                  row.getLong(2),
                  row.getLong(3),
                  row.getLong(4),
                  Instant.ofEpochMilli(row.getLong(5)).toString(),
                  time(row.getLong(6)),
                  by.equals("route") ? hopStates(connection, name, sight) : List.of()));
        }
      }
    }
    return new QueueGroups(groups, ReadTo.of(connection));
  }

  private static List<HopState> hopStates(Connection connection, String route, Sight sight)
      throws SQLException {
    List<HopState> states = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT replica, at, record FROM route WHERE route = ? AND at >= ? ORDER BY replica")) {
      select.setString(1, route);
      select.setLong(2, System.currentTimeMillis() - HOP_STATES.toMillis());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          RouteState state = RouteState.parseFrom(row.getBytes(3));
          states.add(
              new HopState(
                  row.getString(1),
                  state.getState(),
                  lastError(state, sight),
                  Instant.ofEpochMilli(row.getLong(2)).toString()));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("unreadable state of route " + route, e);
    }
    return states;
  }

  /** A route may be several organizations', and the text may quote their mail (G8). */
  private static String lastError(RouteState state, Sight sight) {
    String organization = state.getLastErrorOrganization();
    boolean seen = !sight.isLimited() || !organization.isEmpty() && sight.sees(organization);
    return seen || state.getLastError().isEmpty() ? state.getLastError() : OTHERS;
  }

  private static @Nullable String time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }

  /** A place in the list: the last entry that was shown. */
  record Place(long at, String queueId, int recipient) {
    static String of(Recipient last) {
      long at = Instant.parse(last.accepted()).toEpochMilli();
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              (at + "," + last.queueId() + "," + last.recipient())
                  .getBytes(StandardCharsets.UTF_8));
    }

    static Place parse(String text) {
      try {
        String[] parts =
            new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(",", -1);
        if (parts.length == 3) {
          return new Place(Long.parseLong(parts[0]), parts[1], Integer.parseInt(parts[2]));
        }
      } catch (IllegalArgumentException e) {
        // as below
      }
      throw ProblemException.badRequest(
          "after", "It is not a position in the queue.", "Follow a next link.");
    }
  }
}
