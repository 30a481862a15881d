package io.postern.console.fold;

import io.postern.console.store.Rows;
import io.postern.console.wire.ReportedDelivery;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.ReportedDecision;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What connectors in report-only mode would have done with mail, as rows
 * (docs/guides/forced-tls-with-a-partner.md). Owner: one thread.
 */
final class ReportedRows {
  private static final String COLUMNS =
      "day int, queue_id text, recipient int, leg text, at bigint, organization text,"
          + " connector text, result text, rule text, code int";
  private static final String NOT_ASKED = "not-asked";

  private final Rows decisions = new Rows("reported", COLUMNS, "ON CONFLICT DO NOTHING");
  private final Rows deliveries =
      new Rows(
          "reported",
          COLUMNS,
          "ON CONFLICT (day, queue_id, recipient, leg) DO UPDATE SET at = coalesce(reported.at,"
              + " excluded.at), organization = excluded.organization, connector ="
              + " excluded.connector, result = excluded.result, rule = excluded.rule");

  /** The decisions about a group's recipients: their sender's organization's, and their own. */
  void accepted(int day, String queueId, long at, RecipientGroup group) {
    if (group.hasReported()) {
      accepted(day, queueId, at, group, "in", group.getReported());
    }
    if (group.getIncoming().hasReported()) {
      accepted(day, queueId, at, group, "incoming", group.getIncoming().getReported());
    }
  }

  private void accepted(
      int day,
      String queueId,
      long at,
      RecipientGroup group,
      String leg,
      ReportedDecision reported) {
    for (int recipient : group.getRecipientsList()) {
      decisions.add(
          day,
          queueId,
          recipient,
          leg,
          at,
          Texts.column(reported.getOrganization()),
          Texts.column(reported.getConnector()),
          result(reported),
          Texts.column(reported.getRule()),
          reported.getCode());
    }
  }

  /**
   * A delivery that was judged by the requirement too.
   *
   * @param at the log's time of the message; null: not read yet
   */
  void delivery(Recipients.Key key, @Nullable Long at, ReportedDelivery reported) {
    deliveries.add(
        key.day(),
        key.queueId(),
        key.recipient(),
        "out",
        at,
        Texts.column(reported.getOrganization()),
        Texts.column(reported.getConnector()),
        result(reported.getToken()),
        Texts.column(reason(reported.getToken())),
        0);
  }

  /** accepted, refused; unknown: it depended on a verdict that nobody waited for. */
  static String result(ReportedDecision reported) {
    if (reported.getAccepted()) {
      return "accepted";
    }
    return reported.getCode() == 0 ? "unknown" : "refused";
  }

  private static String result(String token) {
    String reason = reason(token);
    if (token.isEmpty() || reason.equals(NOT_ASKED)) {
      return "unknown";
    }
    return reason.isEmpty() ? "met" : "missed";
  }

  /** Of required/reason; empty of required:achieved. */
  private static String reason(String token) {
    return token.contains("/") ? token.substring(token.indexOf('/') + 1) : "";
  }

  void write(Connection connection) throws SQLException {
    decisions.write(connection);
    deliveries.write(connection);
  }

  /** After a transaction that failed. */
  void clear() {
    decisions.clear();
    deliveries.clear();
  }
}
