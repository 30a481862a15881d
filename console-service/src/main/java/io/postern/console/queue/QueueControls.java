package io.postern.console.queue;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.console.search.Conditions;
import io.postern.console.store.ReadTo;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.MessageControl;
import io.postern.log.LogUnavailableException;
import io.postern.log.sending.ControlWriter;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Controls of all mail that a filter finds, one a message and organization. Of a caller who changes
 * some organizations' mail each names its organization: the scheduler obeys it only for recipients
 * that are known to be of it, whatever the read model believes (G8). Any thread that may block, 30
 * s for the log.
 */
final class QueueControls {
  /** Recipients of one call. */
  static final int MOST_RECIPIENTS = 50_000;

  private static final int SHOWN_IDS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ControlWriter writer;

  QueueControls(ControlWriter writer) {
    this.writer = writer;
  }

  /** What a filter finds. */
  record Selection(
      List<MessageControl.Builder> controls, long recipients, long messages, long left) {}

  /**
   * @throws ProblemException 400
   */
  static ControlKind kind(@Nullable String action) {
    return switch (action == null ? "" : action) {
      case "hold" -> ControlKind.HOLD;
      case "release" -> ControlKind.RELEASE;
      case "retry" -> ControlKind.RETRY_NOW;
      case "cancel" -> ControlKind.CANCEL;
      default ->
          throw ProblemException.badRequest(
              "/action",
              "\"" + action + "\" is not an action.",
              "Write hold, release, retry or cancel.");
    };
  }

  static QueueControlAnswer count(Connection connection, Conditions conditions)
      throws SQLException {
    String sql =
        "SELECT count(*), count(DISTINCT queue_id) FROM (SELECT r.queue_id"
            + " FROM recipient r JOIN message m ON m.day = r.day AND m.queue_id = r.queue_id WHERE "
            + conditions.sql()
            + " LIMIT ?) x";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(conditions.set(select, 1), QueuePage.MOST_COUNTED);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new QueueControlAnswer(
            true, row.getLong(1), row.getLong(2), 0, List.of(), ReadTo.of(connection));
      }
    }
  }

  /** The oldest mail first. */
  static Selection select(Connection connection, Conditions conditions, long total, boolean limited)
      throws SQLException {
    Map<List<String>, MessageControl.Builder> controls = new LinkedHashMap<>();
    Set<String> messages = new java.util.HashSet<>();
    int recipients = 0;
    String sql =
        "SELECT r.queue_id, r.recipient, r.organization FROM recipient r JOIN message m"
            + " ON m.day = r.day AND m.queue_id = r.queue_id WHERE "
            + conditions.sql()
            + " ORDER BY r.at, r.queue_id, r.recipient LIMIT ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(conditions.set(select, 1), MOST_RECIPIENTS);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          recipients++;
          messages.add(row.getString(1));
          controls
              .computeIfAbsent(
                  List.of(row.getString(1), Optional.ofNullable(row.getString(3)).orElse("")),
                  key ->
                      MessageControl.newBuilder()
                          .setQueueId(key.get(0))
                          .setOrganization(limited ? key.get(1) : ""))
              .addRecipients(row.getInt(2));
        }
      }
    }
    return new Selection(
        new ArrayList<>(controls.values()),
        recipients,
        messages.size(),
        Math.max(0, total - recipients));
  }

  /**
   * Returns when the log has them.
   *
   * @param notice of a cancel: the senders get DSNs
   * @param by the caller, for the record
   * @return the control ids
   * @throws ProblemException 503
   */
  List<String> publish(
      List<MessageControl.Builder> selected, ControlKind kind, boolean notice, String by) {
    long now = Instant.now().toEpochMilli();
    List<MessageControl> controls =
        selected.stream()
            .map(
                control ->
                    control
                        // Short, since an entry of the schedule may have to remember it.
                        .setControlId(
                            Long.toString(RANDOM.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX))
                        .setKind(kind)
                        .setWithoutNotice(kind == ControlKind.CANCEL && !notice)
                        .setBy(by)
                        .setAtMillis(now)
                        .build())
            .toList();
    try {
      writer.publish(controls, PATIENCE);
    } catch (LogUnavailableException e) {
      throw new ProblemException(
          Problem.of(
              503,
              "Not available",
              "Kafka does not accept the requests now. Some may have been accepted: repeating them "
                  + "does no harm."));
    }
    return controls.stream().map(MessageControl::getControlId).limit(SHOWN_IDS).toList();
  }
}
