package io.postern.console.search;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.search.Found.RefusalView;
import io.postern.console.sight.Sight;
import io.postern.contracts.v1.MessageRefused;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Search of refusals. Stateless. */
public final class RefusalSearch {
  private RefusalSearch() {}

  /** The newest hits, the newest first; one more than the limit: there are others. */
  public static Map<Cursor, RefusalView> find(Connection connection, Filter filter, Sight sight)
      throws SQLException {
    Map<Cursor, RefusalView> hits = new LinkedHashMap<>();
    if (filter.asksForMessage()) {
      return hits;
    }
    Conditions conditions = conditions(filter, sight);
    String sql =
        "SELECT at, partition, log_offset, record, host(client_ip) AS ip, tls FROM refusal WHERE "
            + conditions.sql()
            + " ORDER BY at DESC, partition DESC, log_offset DESC LIMIT ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      int next = conditions.set(select, 1);
      select.setInt(next, filter.limit() + 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Cursor place =
              Cursor.refusal(row.getLong("at"), row.getInt("partition"), row.getLong("log_offset"));
          hits.put(place, view(refused(row), row.getString("tls")));
        }
      }
    }
    return hits;
  }

  static MessageRefused refused(ResultSet row) throws SQLException {
    try {
      return MessageRefused.parseFrom(row.getBytes("record"));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("refusal.record is of another version", e);
    }
  }

  static Conditions conditions(Filter filter, Sight sight) {
    Conditions conditions =
        new Conditions()
            .and("day BETWEEN ? AND ?", filter.firstDay(), filter.lastDay())
            .and("at >= ?", filter.since())
            .and("at < ?", filter.until())
            .given("reference = ?", filter.reference())
            .given("from_address = ?", filter.from())
            .given("from_domain = ?", filter.fromDomain())
            .given("recipient = ?", filter.to())
            .given("domain = ?", filter.toDomain())
            .given("connector = ?", filter.connector())
            .given("tls = ?", filter.sessionTls())
            .given("rule = ?", filter.rule())
            .given("reported_connector = ?", filter.reported().connector())
            .given("reported_result = ?", filter.reported().result())
            .given("reported_rule = ?", filter.reported().rule());
    if (!filter.ip().isEmpty()) {
      conditions.and(
          "client_ip BETWEEN host(network(?::inet))::inet AND host(broadcast(?::inet))::inet",
          filter.ip(),
          filter.ip());
    }
    boolean reported = !filter.reported().isEmpty();
    if (reported) {
      conditions.and("reported_result <> ''"); // as the indexes have it
    }
    // Who asks what its connectors would have done finds refusals that were nobody's.
    String organization = reported ? "reported_organization" : "organization";
    conditions.given(organization + " = ?", filter.organization());
    if (sight.isLimited()) {
      conditions
          .and(organization + " = ANY(?)", (Object) sight.names())
          .and("organization IN ('', " + organization + ")");
    }
    Cursor after = filter.after();
    if (after != null && after.isMessage()) {
      conditions.and("at < ?", after.at()); // of equal times refusals come first
    } else if (after != null) {
      conditions.and(
          "(at, partition, log_offset) < (?, ?, ?)", after.at(), after.partition(), after.offset());
    }
    return conditions;
  }

  static RefusalView view(MessageRefused refused, String tls) {
    return new RefusalView(
        refused.getReference(),
        refused.getReversePath(),
        refused.getRecipient(),
        refused.getSession().getClientIp(),
        tls,
        refused.getOrganization(),
        refused.getConnector(),
        refused.getRule(),
        refused.getCode(),
        refused.getEnhancedCode(),
        refused.getText(),
        Math.max(1, refused.getCount()));
  }
}
