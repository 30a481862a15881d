package io.postern.console.search;

import io.postern.api.ProblemException;
import io.postern.console.sight.Sight;
import io.postern.console.store.Days;
import io.postern.console.store.ReadModel;
import io.postern.console.store.SearchTime;
import io.postern.contracts.QueueId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Search of messages. The conditions are of four tables: messages, their recipients, the
 * organizations that see them, what connectors in report-only mode would have done. The search goes
 * through the one whose rows are found for the least, by the database's own estimate, in the order
 * of time; each row is looked up in the others. Each condition has an index that ends with the *
 * time, so that it stops at a page's end. All together have the time of a search. Stateless.
 */
public final class MessageSearch {
  // Clocks differ, and a message's id is made before its content comes.
  private static final int DAYS_BEFORE = 1;
  private static final String LAST = "~";
  private static final Pattern COST = Pattern.compile("\\.\\.([0-9.]+) rows=");

  // A connector may be any of three: the search is the union of three.
  private static final List<String> CONNECTORS =
      List.of("inbound_connector", "incoming_connector", "connector");

  /** A table and the conditions that are of it. */
  private record Part(String table, Conditions own) {}

  private MessageSearch() {}

  /** The places of the newest hits, the newest first; one more than the limit: there are others. */
  public static List<Cursor> find(Connection connection, Filter filter, Sight sight)
      throws SQLException {
    try (SearchTime time = new SearchTime(connection)) {
      return find(connection, filter, sight, time);
    }
  }

  /**
   * @throws ProblemException 503: the time was over before all of the reader's organizations were
   *     searched
   */
  static List<Cursor> find(Connection connection, Filter filter, Sight sight, SearchTime time)
      throws SQLException {
    if (filter.asksForRefusal()) {
      return List.of();
    }
    List<String> columns = filter.connector().isEmpty() ? List.of("") : CONNECTORS;
    Set<Cursor> union = new TreeSet<>(Cursor.NEWEST_FIRST);
    List<Sight> each = sight.each(filter.organization());
    int searched = 0;
    try {
      // One organization at a time: an index has the order of time for one value alone.
      for (Sight one : each) {
        for (String column : columns) {
          time.next();
          union.addAll(find(connection, filter, one, column));
        }
        searched++;
      }
    } catch (SQLException e) {
      if (each.size() > 1 && ReadModel.TIMED_OUT.equals(e.getSQLState())) {
        throw ProblemException.unavailable(
            "The search took longer than 10 s, and was finished for %d of %d organizations: choose an organization, a shorter period, or more conditions."
                .formatted(searched, each.size()));
      }
      throw e;
    }
    return union.stream().limit(filter.limit() + 1L).toList();
  }

  private static List<Cursor> find(
      Connection connection, Filter filter, Sight sight, String connectorColumn)
      throws SQLException {
    Conditions conditions = new Conditions();
    String sql = sql(connection, filter, sight, connectorColumn, conditions);
    List<Cursor> hits = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(conditions.set(select, 1), filter.limit() + 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          hits.add(Cursor.message(row.getLong(1), row.getString(2)));
        }
      }
    }
    return hits;
  }

  /**
   * @param sight of one organization, or unlimited
   */
  static String sql(
      Connection connection,
      Filter filter,
      Sight sight,
      String connectorColumn,
      Conditions conditions)
      throws SQLException {
    List<Part> parts = parts(connection, filter, sight, connectorColumn);
    Part first = parts.size() == 1 ? parts.getFirst() : cheapest(connection, filter, parts);
    Conditions range = range(filter);
    conditions.and(first.own()).and(range);
    StringBuilder others = new StringBuilder();
    for (Part part : parts) {
      if (part != first && !isImplied(part, parts, filter)) {
        // The limit makes it a look-up by key: the planner takes day, time and id for independent.
        others.append(
            " CROSS JOIN LATERAL (SELECT FROM %1$s WHERE day = f.day AND at = f.at AND queue_id = f.queue_id AND %2$s LIMIT 1) %1$s"
                .formatted(part.table(), part.own().sql()));
        conditions.and(part.own());
      }
    }
    return "SELECT DISTINCT f.at, f.queue_id FROM (SELECT day, at, queue_id FROM %s WHERE %s AND %s) f%s ORDER BY f.at DESC, f.queue_id DESC LIMIT ?"
        .formatted(first.table(), first.own().sql(), range.sql(), others);
  }

  /** A recipient that the reader's organization sees is of a message that it sees. */
  private static boolean isImplied(Part part, List<Part> parts, Filter filter) {
    return part.table().equals("message_organization")
        && filter.organization().isEmpty()
        && parts.stream().anyMatch(other -> other.table().equals("recipient"));
  }

  private static List<Part> parts(
      Connection connection, Filter filter, Sight sight, String connectorColumn)
      throws SQLException {
    List<Part> parts = new ArrayList<>();
    if (filter.asksForRecipient() || !connectorColumn.isEmpty()) {
      parts.add(new Part("recipient", recipient(connection, filter, sight, connectorColumn)));
    }
    if (sight.isLimited() || !filter.organization().isEmpty()) {
      parts.add(new Part("message_organization", organization(filter, sight)));
    }
    if (!filter.reported().isEmpty()) {
      parts.add(new Part("reported", reported(filter, sight)));
    }
    if (filter.asksForMessageColumns() || parts.isEmpty()) {
      parts.add(new Part("message", message(filter)));
    }
    return parts;
  }

  private static Part cheapest(Connection connection, Filter filter, List<Part> parts)
      throws SQLException {
    Part cheapest = parts.getFirst();
    double least = Double.MAX_VALUE;
    for (Part part : parts) {
      double cost = cost(connection, filter, part);
      if (cost < least) {
        least = cost;
        cheapest = part;
      }
    }
    return cheapest;
  }

  /** Of all rows that fulfil the part's conditions, in the planner's unit. */
  private static double cost(Connection connection, Filter filter, Part part) throws SQLException {
    Conditions conditions = new Conditions().and(part.own()).and(range(filter));
    String sql = "EXPLAIN SELECT FROM " + part.table() + " WHERE " + conditions.sql();
    try (PreparedStatement explain = connection.prepareStatement(sql)) {
      conditions.set(explain, 1);
      try (ResultSet row = explain.executeQuery()) {
        Matcher cost = COST.matcher(row.next() ? row.getString(1) : "");
        return cost.find() ? Double.parseDouble(cost.group(1)) : 0;
      }
    }
  }

  private static Conditions range(Filter filter) {
    Conditions range = new Conditions();
    if (filter.queueId().isEmpty()) {
      range
          .and(
              "day BETWEEN ? AND ?",
              filter.firstDay() - DAYS_BEFORE,
              filter.lastDay() + DAYS_BEFORE)
          .and("at >= ?", filter.since())
          .and("at < ?", filter.until());
    } else {
      // The id has its day, and no time is needed.
      range
          .and("day = ?", Days.of(QueueId.parse(filter.queueId()).createdMillis()))
          .and("queue_id = ?", filter.queueId())
          .and("at IS NOT NULL");
    }
    Cursor after = filter.after();
    if (after != null) {
      // Of equal times refusals come first.
      range.and("(at, queue_id) < (?, ?)", after.at(), after.isMessage() ? after.queueId() : LAST);
    }
    return range;
  }

  private static Conditions organization(Filter filter, Sight sight) {
    Conditions conditions = new Conditions();
    if (sight.isLimited()) {
      conditions.and("organization = ?", sight.names()[0]);
    }
    return conditions.given("organization = ?", filter.organization());
  }

  private static Conditions reported(Filter filter, Sight sight) {
    Conditions conditions =
        new Conditions()
            .given("connector = ?", filter.reported().connector())
            .given("result = ?", filter.reported().result())
            .given("rule = ?", filter.reported().rule())
            .given("organization = ?", filter.organization());
    if (sight.isLimited()) {
      conditions.and("organization = ANY(?)", (Object) sight.names());
    }
    return conditions;
  }

  private static Conditions message(Filter filter) {
    Conditions conditions =
        new Conditions()
            .given("from_address = ?", filter.from())
            .given("from_domain = ?", filter.fromDomain())
            .given("message_id = ?", filter.messageId())
            .given("tls = ?", filter.sessionTls());
    if (!filter.ip().isEmpty()) {
      conditions.and(
          "client_ip BETWEEN host(network(?::inet))::inet AND host(broadcast(?::inet))::inet",
          filter.ip(),
          filter.ip());
    }
    return conditions;
  }

  private static Conditions recipient(
      Connection connection, Filter filter, Sight sight, String connectorColumn)
      throws SQLException {
    Conditions conditions =
        new Conditions()
            .given("address = ?", filter.to())
            .given("domain = ?", filter.toDomain())
            .given("state = ?", filter.state())
            .given("direction = ?", filter.direction())
            .given("reason = ?", filter.reason())
            .given("token = ?", filter.token());
    if (filter.result().isPresent()) {
      conditions.and(
          "token = ANY(?)", (Object) tokens(connection, filter, filter.result().get(), sight));
    }
    if (!connectorColumn.isEmpty()) {
      conditions.and(connectorColumn + " = ?", filter.connector());
    }
    // As Sight says: who sees a recipient's state alone finds it by nothing else.
    if (connectorColumn.equals("incoming_connector")) {
      conditions.given("incoming_organization = ?", filter.organization());
      if (sight.isLimited()) {
        conditions.and("incoming_organization = ANY(?)", (Object) sight.names());
      }
    }
    boolean decision =
        !filter.reason().isEmpty()
            || filter.asksForAttempt()
            || connectorColumn.equals("inbound_connector")
            || connectorColumn.equals("connector");
    if (decision) {
      conditions.given("organization = ?", filter.organization());
    }
    if (!sight.isLimited()) {
      return conditions;
    }
    return decision
        ? conditions.and("organization = ANY(?)", (Object) sight.names())
        : conditions.and(
            "(organization = ANY(?) OR incoming_organization = ANY(?))",
            sight.names(),
            sight.names());
  }

  /**
   * The tokens of that result that the counts by hour have: an index finds each, and no pattern.
   */
  private static String[] tokens(
      Connection connection, Filter filter, TlsResult result, Sight sight) throws SQLException {
    Conditions conditions = new Conditions();
    if (sight.isLimited()) {
      conditions.and("organization = ANY(?)", (Object) sight.names());
    }
    if (filter.queueId().isEmpty()) {
      conditions
          .and(
              "day BETWEEN ? AND ?",
              filter.firstDay() - DAYS_BEFORE,
              filter.lastDay() + DAYS_BEFORE)
          .and("hour BETWEEN ? AND ?", hour(filter.since()), hour(filter.until()));
    } else {
      conditions.and("day = ?", Days.of(QueueId.parse(filter.queueId()).createdMillis()));
    }
    List<String> tokens = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT DISTINCT token FROM mail_out WHERE " + conditions.sql())) {
      conditions.set(select, 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (TlsResult.of(row.getString(1)) == result) {
            tokens.add(row.getString(1));
          }
        }
      }
    }
    return tokens.toArray(String[]::new);
  }

  private static int hour(long millis) {
    return Math.toIntExact(TimeUnit.MILLISECONDS.toHours(millis));
  }
}
