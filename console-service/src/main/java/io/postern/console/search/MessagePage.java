package io.postern.console.search;

import io.postern.console.search.Found.MessageView;
import io.postern.console.search.Found.RecipientView;
import io.postern.console.sight.Sight;
import io.postern.console.store.Days;
import io.postern.contracts.QueueId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The messages of one page, with the recipients that the reader sees. Stateless. */
public final class MessagePage {
  private static final int SHOWN = 20;

  private static final String MESSAGES =
      "SELECT m.queue_id, m.from_address, m.message_id, host(m.client_ip) AS ip, m.listener, m.tls,"
          + " m.cipher, m.size, m.cause_queue_id FROM unnest(?::int[], ?::text[]) AS k(d, q)"
          + " CROSS JOIN LATERAL (SELECT x.queue_id, x.from_address, x.message_id, x.client_ip,"
          + " x.listener, x.tls, x.cipher, x.size, x.cause_queue_id FROM message x WHERE x.day = k.d"
          + " AND x.queue_id = k.q LIMIT 1) m";

  /** The columns that {@link #recipient} reads, of the table as {@code x}. */
  public static final String COLUMNS =
      "x.queue_id, x.recipient, x.address, x.direction, x.organization, x.incoming_organization,"
          + " x.inbound_connector, x.incoming_connector, x.state, x.since, x.reason, x.token,"
          + " x.connector, x.route, x.host, x.attempts, x.due";

  private static final String RECIPIENTS =
      "SELECT "
          + COLUMNS.replace("x.", "r.")
          + ", r.number FROM unnest(?::int[], ?::text[]) AS k(d, q) CROSS JOIN LATERAL (SELECT "
          + COLUMNS
          + ", count(*) OVER () AS number FROM recipient x WHERE x.day = k.d"
          + " AND x.queue_id = k.q AND x.at IS NOT NULL"
          + " AND (? OR x.organization = ANY(?) OR x.incoming_organization = ANY(?))"
          + " ORDER BY x.recipient LIMIT "
          + SHOWN
          + ") r";

  private MessagePage() {}

  /** By queue id. */
  public static Map<String, MessageView> of(
      Connection connection, List<String> queueIds, Sight sight) throws SQLException {
    if (queueIds.isEmpty()) {
      return Map.of();
    }
    Map<String, List<RecipientView>> recipients = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    recipients(connection, queueIds, sight, recipients, numbers);
    Map<String, MessageView> messages = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(MESSAGES)) {
      keys(select, queueIds);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String queueId = row.getString("queue_id");
          List<RecipientView> shown = recipients.getOrDefault(queueId, List.of());
          long further = numbers.getOrDefault(queueId, 0L) - shown.size();
          messages.put(queueId, message(row, queueId, shown, further > 0 ? further : null));
        }
      }
    }
    return messages;
  }

  private static void recipients(
      Connection connection,
      List<String> queueIds,
      Sight sight,
      Map<String, List<RecipientView>> recipients,
      Map<String, Long> numbers)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(RECIPIENTS)) {
      keys(select, queueIds);
      String[] names = sight.isLimited() ? sight.names() : new String[0];
      select.setBoolean(3, !sight.isLimited());
      select.setArray(4, connection.createArrayOf("text", names));
      select.setArray(5, connection.createArrayOf("text", names));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String queueId = row.getString("queue_id");
          recipients.computeIfAbsent(queueId, q -> new ArrayList<>()).add(recipient(row, sight));
          numbers.put(queueId, row.getLong("number"));
        }
      }
    }
  }

  private static MessageView message(
      ResultSet row, String queueId, List<RecipientView> shown, @Nullable Long further)
      throws SQLException {
    String ip = row.getString("ip");
    return new MessageView(
        queueId,
        row.getString("from_address"),
        row.getString("message_id"),
        ip == null ? "" : ip,
        row.getString("listener"),
        row.getString("tls"),
        row.getString("cipher"),
        row.getLong("size"),
        shown,
        further,
        row.getString("cause_queue_id"));
  }

  /** The recipient of a row of that table, as the reader sees it. */
  public static RecipientView recipient(ResultSet row, Sight sight) throws SQLException {
    String organization = row.getString("organization");
    boolean own = sight.sees(organization);
    boolean incoming = sight.sees(row.getString("incoming_organization"));
    long since = row.getLong("since");
    long due = row.getLong("due");
    String inbound = own ? row.getString("inbound_connector") : "";
    String inboundOrganization = inbound.isEmpty() ? "" : organization;
    if (inbound.isEmpty() && incoming) {
      inbound = row.getString("incoming_connector");
      inboundOrganization = inbound.isEmpty() ? "" : row.getString("incoming_organization");
    }
    return new RecipientView(
        row.getString("address"),
        row.getString("state"),
        since == 0 ? null : Instant.ofEpochMilli(since).toString(),
        row.getString("direction"),
        own ? organization : "",
        inbound,
        inboundOrganization,
        own ? row.getString("connector") : "",
        own ? row.getString("route") : "",
        own ? row.getString("host") : "",
        own ? row.getString("reason") : "",
        own ? row.getString("token") : "",
        own ? row.getInt("attempts") : null,
        own && due != 0 ? Instant.ofEpochMilli(due).toString() : null);
  }

  private static void keys(PreparedStatement select, List<String> queueIds) throws SQLException {
    Integer[] days =
        queueIds.stream()
            .map(id -> Days.of(QueueId.parse(id).createdMillis()))
            .toArray(Integer[]::new);
    select.setArray(1, select.getConnection().createArrayOf("int", days));
    select.setArray(2, select.getConnection().createArrayOf("text", queueIds.toArray()));
  }
}
