package io.postern.console.fold;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.store.Rows;
import io.postern.console.wire.RecipientMemory;
import io.postern.console.wire.ReportedDelivery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The recipients that one transaction changes: collected first, then read in one statement a day,
 * changed, and written in one. Owner: one thread. The caller bounds the changes.
 */
final class Recipients {
  record Key(int day, String queueId, int recipient) {}

  /**
   * As the database has it.
   *
   * @param at the log's time of the message; null: not read yet
   * @param organization empty: not read yet
   * @param counted where it is counted, by its columns: another version of this service may have
   *     written them, and may derive them from the memory in another way
   */
  private record Known(
      RecipientMemory memory, @Nullable Long at, String organization, Traffic.State counted) {
    static final Known NOTHING =
        new Known(
            RecipientMemory.getDefaultInstance(), null, "", new Traffic.State("", "", "", ""));
  }

  // The limit makes the database look up each key: of a day without statistics it would compare all
  // rows with all keys.
  private static final String LOAD =
      "SELECT k.q, k.n, r.fold, r.at, coalesce(r.organization, ''), r.connector, r.token, r.tls,"
          + " r.state FROM unnest(?::text[], ?::int[]) AS k(q, n) CROSS JOIN LATERAL"
          + " (SELECT fold, at, organization, connector, token, tls, state FROM recipient WHERE day = ? AND queue_id = k.q AND recipient = k.n"
          + " LIMIT 1) r";

  private final Map<Key, List<Consumer<RecipientState>>> changes = new LinkedHashMap<>();
  private final Rows rows =
      new Rows(
          "recipient",
          "day int, queue_id text, recipient int, at bigint, address text, domain text,"
              + " direction text, organization text, incoming_organization text,"
              + " inbound_connector text, incoming_connector text, state text, since bigint,"
              + " reason text, token text, connector text, route text, host text, attempts int,"
              + " due bigint, tls text, fold bytea",
          "ON CONFLICT (day, queue_id, recipient) DO UPDATE SET at = coalesce(recipient.at,"
              + " excluded.at), address = coalesce(recipient.address, excluded.address), domain ="
              + " coalesce(recipient.domain, excluded.domain), direction ="
              + " coalesce(recipient.direction, excluded.direction), organization ="
              + " coalesce(recipient.organization, excluded.organization), incoming_organization ="
              + " coalesce(recipient.incoming_organization, excluded.incoming_organization),"
              + " inbound_connector = coalesce(recipient.inbound_connector,"
              + " excluded.inbound_connector), incoming_connector ="
              + " coalesce(recipient.incoming_connector, excluded.incoming_connector), state ="
              + " excluded.state, since = excluded.since, reason = excluded.reason, token ="
              + " excluded.token, connector = excluded.connector, route = excluded.route, host ="
              + " excluded.host, attempts = excluded.attempts, due = excluded.due, tls = excluded.tls, fold ="
              + " excluded.fold");
  private final ReportedRows reported;
  private final Traffic traffic;
  private final SenderCounts senders;
  private int count;

  Recipients(ReportedRows reported, Traffic traffic, SenderCounts senders) {
    this.reported = reported;
    this.traffic = traffic;
    this.senders = senders;
  }

  void change(Key key, Consumer<RecipientState> change) {
    changes.computeIfAbsent(key, k -> new ArrayList<>(2)).add(change);
    count++;
  }

  /** Changes that wait to be written. */
  int count() {
    return count;
  }

  void write(Connection connection) throws SQLException {
    Map<Integer, List<Key>> days = new TreeMap<>();
    for (Key key : changes.keySet()) {
      days.computeIfAbsent(key.day(), d -> new ArrayList<>()).add(key);
    }
    for (Map.Entry<Integer, List<Key>> day : days.entrySet()) {
      Map<Key, Known> known = load(connection, day.getKey(), day.getValue());
      for (Key key : day.getValue()) {
        Known before = known.getOrDefault(key, Known.NOTHING);
        RecipientState state = new RecipientState(before.memory());
        changes.getOrDefault(key, List.of()).forEach(change -> change.accept(state));
        add(key, before, state);
      }
    }
    rows.write(connection);
    forget();
  }

  void forget() {
    changes.clear();
    rows.clear();
    count = 0;
  }

  private static Map<Key, Known> load(Connection connection, int day, List<Key> keys)
      throws SQLException {
    Map<Key, Known> known = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(LOAD)) {
      select.setArray(
          1, connection.createArrayOf("text", keys.stream().map(Key::queueId).toArray()));
      select.setArray(
          2,
          connection.createArrayOf(
              "int", keys.stream().map(Key::recipient).toArray(Integer[]::new)));
      select.setInt(3, day);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          known.put(
              new Key(day, row.getString(1), row.getInt(2)),
              new Known(
                  RecipientMemory.parseFrom(row.getBytes(3)),
                  row.getObject(4, Long.class),
                  row.getString(5),
                  new Traffic.State(
                      row.getString(6), row.getString(7), row.getString(8), row.getString(9))));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("recipient.fold is not of this version", e);
    }
    return known;
  }

  private void add(Key key, Known before, RecipientState state) {
    RecipientState.Accepted accepted = state.accepted();
    Long at = before.at();
    ReportedDelivery delivery = state.reported();
    if (delivery != null) {
      Long acceptedAt = accepted == null ? null : Long.valueOf(accepted.at());
      reported.delivery(key, at == null ? acceptedAt : at, delivery);
    }
    RecipientState.View view = state.view();
    count(key, before, accepted, view);
    rows.add(
        key.day(),
        key.queueId(),
        key.recipient(),
        accepted == null ? null : accepted.at(),
        accepted == null ? null : accepted.address(),
        accepted == null ? null : accepted.domain(),
        accepted == null ? null : accepted.direction(),
        accepted == null ? null : accepted.organization(),
        accepted == null ? null : accepted.incomingOrganization(),
        accepted == null ? null : accepted.inboundConnector(),
        accepted == null ? null : accepted.incomingConnector(),
        view.state(),
        view.since(),
        view.reason(),
        view.token(),
        view.connector(),
        view.route(),
        view.host(),
        view.attempts(),
        view.due(),
        view.tls(),
        state.memory().toByteArray());
  }

  private void count(
      Key key, Known before, RecipientState.@Nullable Accepted accepted, RecipientState.View now) {
    Long at = before.at();
    if (at != null) {
      traffic.leaves(key.day(), at, before.organization(), before.counted());
      traffic.enters(key.day(), at, before.organization(), Traffic.State.of(now));
    } else if (accepted != null) {
      traffic.accepted(key, accepted);
      senders.accepted(key, accepted);
      traffic.enters(key.day(), accepted.at(), accepted.organization(), Traffic.State.of(now));
    }
  }
}
