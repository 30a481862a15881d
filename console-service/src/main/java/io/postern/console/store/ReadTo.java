package io.postern.console.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How far the log is read: each answer says it, since the read model may be behind.
 *
 * @param topics by name
 */
@Schema(description = "Progress of the read model: newer records are not in the response")
public record ReadTo(List<Topic> topics) {
  /**
   * A topic of the log.
   *
   * @param newest time of the newest record that is read, RFC 3339; null: none
   * @param lag records that the log had beyond it at {@code asOf}
   * @param asOf when the log was last asked, RFC 3339; null: never
   * @param lost records that the log had deleted before they were read
   * @param unreadable records that are none of the topic
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Topic(
      String topic,
      @Nullable String newest,
      long lag,
      @Nullable String asOf,
      long lost,
      long unreadable) {}

  private static final String SQL =
      "SELECT p.topic, max(p.newest), sum(greatest(0, p.end_offset - p.next)), min(p.end_seen),"
          + " sum(p.unreadable), coalesce((SELECT sum(g.behind - g.first) FROM gap g"
          + " WHERE g.topic = p.topic), 0) FROM position p GROUP BY p.topic ORDER BY p.topic";

  public ReadTo {
    topics = List.copyOf(topics);
  }

  public static ReadTo of(Connection connection) throws SQLException {
    List<Topic> topics = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SQL)) {
      while (row.next()) {
        topics.add(
            new Topic(
                row.getString(1),
                time(row.getLong(2)),
                row.getLong(3),
                time(row.getLong(4)),
                Math.max(0, row.getLong(6)),
                row.getLong(5)));
      }
    }
    return new ReadTo(topics);
  }

  private static @Nullable String time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }
}
