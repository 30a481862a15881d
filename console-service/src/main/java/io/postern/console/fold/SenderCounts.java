package io.postern.console.fold;

import io.postern.console.store.Rows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Messages of own servers by the domain of their sender, as one transaction changes them: the
 * report of foreign senders would have to read each message otherwise. Owner: one thread. The
 * caller bounds the changes.
 */
final class SenderCounts {
  private static final String OWN_SERVERS = "originating";

  private record Key(int day, String organization, String connector, String domain) {}

  private final Map<Key, TreeSet<String>> messages = new HashMap<>();
  private final Rows rows =
      new Rows(
          "mail_sender",
          "day int, organization text, connector text, domain text, messages bigint, sample text",
          "ON CONFLICT (day, organization, connector, domain) DO UPDATE SET messages ="
              + " mail_sender.messages + excluded.messages, sample = least(mail_sender.sample,"
              + " excluded.sample)");

  /**
   * A recipient of a message whose acceptance was not read before. All recipients of a message come
   * in one transaction.
   */
  void accepted(Recipients.Key key, RecipientState.Accepted facts) {
    if (facts.direction().equals(OWN_SERVERS) && !facts.senderDomain().isEmpty()) {
      messages
          .computeIfAbsent(
              new Key(
                  key.day(), facts.organization(), facts.inboundConnector(), facts.senderDomain()),
              k -> new TreeSet<>())
          .add(key.queueId());
    }
  }

  void write(Connection connection) throws SQLException {
    messages.forEach(
        (key, ids) ->
            rows.add(
                key.day(),
                key.organization(),
                key.connector(),
                key.domain(),
                (long) ids.size(),
                ids.first()));
    rows.write(connection);
    forget();
  }

  /** After a transaction that failed, too. */
  void forget() {
    messages.clear();
    rows.clear();
  }
}
