package io.postern.console.fold;

import io.postern.console.store.Rows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Counts of mail by hour, as one transaction changes them: reports and the overview would have to
 * read each recipient otherwise. Owner: one thread. The caller bounds the changes.
 */
final class Traffic {
  private record In(
      int day,
      int hour,
      String organization,
      String connector,
      String direction,
      String tls,
      String sender) {}

  private record Out(
      int day,
      int hour,
      String organization,
      String connector,
      String token,
      String tls,
      String state) {}

  /** Of a recipient, as it is counted and as its row has it. */
  record State(String connector, String token, String tls, String name) {
    static State of(RecipientState.View view) {
      return new State(view.connector(), view.token(), view.tls(), view.state());
    }
  }

  private record MessageIn(String queueId, In counted) {}

  private static final class InCount {
    long messages;
    long recipients;
  }

  private final Map<In, InCount> in = new HashMap<>();
  private final Map<Out, Long> out = new HashMap<>();
  private final Set<MessageIn> messages = new HashSet<>();
  private final Rows inRows =
      new Rows(
          "mail_in",
          "day int, hour int, organization text, connector text, direction text, tls text,"
              + " sender text, messages bigint, recipients bigint",
          "ON CONFLICT (day, hour, organization, connector, direction, tls, sender) DO UPDATE SET"
              + " messages = mail_in.messages + excluded.messages, recipients = mail_in.recipients +"
              + " excluded.recipients");
  private final Rows outRows =
      new Rows(
          "mail_out",
          "day int, hour int, organization text, connector text, token text, tls text, state text,"
              + " recipients bigint",
          "ON CONFLICT (day, hour, organization, connector, token, tls, state) DO UPDATE SET"
              + " recipients = mail_out.recipients + excluded.recipients");

  /**
   * A recipient of a message whose acceptance was not read before. All recipients of a message come
   * in one transaction.
   */
  void accepted(Recipients.Key key, RecipientState.Accepted facts) {
    comesIn(key, facts, facts.organization(), facts.inboundConnector(), "");
    if (!facts.incomingOrganization().isEmpty()) {
      comesIn(
          key,
          facts,
          facts.incomingOrganization(),
          facts.incomingConnector(),
          facts.organization());
    }
  }

  private void comesIn(
      Recipients.Key key,
      RecipientState.Accepted facts,
      String organization,
      String connector,
      String sender) {
    In counted =
        new In(
            key.day(),
            hour(facts.at()),
            organization,
            connector,
            facts.direction(),
            facts.tls(),
            sender);
    InCount count = in.computeIfAbsent(counted, k -> new InCount());
    count.recipients++;
    if (messages.add(new MessageIn(key.queueId(), counted))) {
      count.messages++;
    }
  }

  /** A recipient is in that state now. */
  void enters(int day, long at, String organization, State state) {
    out.merge(out(day, at, organization, state), 1L, Long::sum);
  }

  /** A recipient, which was counted so, is in that state no more. */
  void leaves(int day, long at, String organization, State state) {
    out.merge(out(day, at, organization, state), -1L, Long::sum);
  }

  private static Out out(int day, long at, String organization, State state) {
    return new Out(
        day, hour(at), organization, state.connector(), state.token(), state.tls(), state.name());
  }

  private static int hour(long at) {
    return Math.toIntExact(TimeUnit.MILLISECONDS.toHours(at));
  }

  void write(Connection connection) throws SQLException {
    in.forEach(
        (key, count) ->
            inRows.add(
                key.day(),
                key.hour(),
                key.organization(),
                key.connector(),
                key.direction(),
                key.tls(),
                key.sender(),
                count.messages,
                count.recipients));
    out.forEach(
        (key, change) -> {
          if (change != 0) {
            outRows.add(
                key.day(),
                key.hour(),
                key.organization(),
                key.connector(),
                key.token(),
                key.tls(),
                key.state(),
                change);
          }
        });
    inRows.write(connection);
    outRows.write(connection);
    forget();
  }

  void forget() {
    in.clear();
    out.clear();
    messages.clear();
    inRows.clear();
    outRows.clear();
  }
}
