package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.store.Days;
import io.postern.console.store.Positions;
import io.postern.console.store.ReadTo;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Days beyond the retention go with all that was counted of them, however many wait for it. */
class RetentionTest {
  private static final int RETENTION = 90;
  private static final long DAY = TimeUnit.DAYS.toMillis(1);
  private static final int FIRST = Days.of(RandomLog.START);

  /** What strangers and mail fill. */
  private static final List<String> OF_DAYS =
      List.of(
          "message",
          "message_organization",
          "recipient",
          "event",
          "reported",
          "refusal",
          "verdict",
          "client_names",
          "mail_in",
          "mail_out",
          "mail_sender",
          "mail_refused",
          "day_bound",
          "control",
          "route");

  private final String url = Postgres.migrated();
  private final AtomicLong now = new AtomicLong(RandomLog.START + TimeUnit.HOURS.toMillis(6));

  @Test
  void aDayBeyondTheRetentionGoesWithItsCounts() throws Exception {
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      for (ConsumerRecord<String, byte @Nullable []> record : new RandomLog(3, 800).mixed(1)) {
        fold.read(record);
      }
      fold.commit();
      assertThat(filled()).containsExactlyElementsOf(OF_DAYS);

      now.addAndGet((RETENTION - 1) * DAY);
      fold.keepDays();
      // Of a route the last state counts, for a day.
      assertThat(filled()).containsExactlyElementsOf(OF_DAYS.subList(0, OF_DAYS.size() - 1));
      assertThat(fold.days().there()).contains(FIRST);

      now.addAndGet(DAY);
      fold.keepDays();
      assertThat(filled()).isEmpty();
      assertThat(partitions()).containsExactlyInAnyOrderElementsOf(fold.days().there());
      assertThat(fold.days().there()).doesNotContain(FIRST);
      assertThat(number("SELECT count(*) FROM position")).isPositive();
    }
  }

  /** Its service was away: the topics have gone on, and its days are all too old. */
  @Test
  void aDatabaseLeftBehindForMonthsIsGoneOnWith() throws Exception {
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      for (int day = 0; day < RETENTION; day++) {
        now.set(RandomLog.START + day * DAY);
        fold.read(accepted(day, now.get()));
        fold.read(refused(day, now.get()));
      }
      fold.commit();
    }
    assertThat(number("SELECT count(*) FROM message")).isEqualTo(RETENTION);

    int newest = FIRST + RETENTION + 200;
    now.set(newest * DAY + TimeUnit.HOURS.toMillis(1));
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      assertThat(fold.days().there()).containsExactlyInAnyOrder(newest, newest + 1);
      assertThat(partitions()).containsExactlyInAnyOrder(newest, newest + 1);
      assertThat(number("SELECT count(*) FROM mail_in")).isZero();
      assertThat(number("SELECT count(*) FROM mail_refused")).isZero();

      // The log's retention is shorter.
      for (String topic : List.of(Topics.MAIL_ACCEPTED, Topics.MAIL_REFUSALS)) {
        Positions.Key key = new Positions.Key(topic, 0);
        assertThat(fold.positions().next(key)).isEqualTo(RETENTION);
        fold.lost(key, RETENTION, 5_000);
      }
      fold.read(accepted(5_000, RandomLog.START)); // a message from before, written late
      fold.read(accepted(5_001, newest * DAY - 10 * DAY));
      fold.read(accepted(5_002, now.get()));
      fold.read(refused(5_000, now.get()));
      fold.commit();

      assertThat(fold.positions().unreadable()).isZero();
      assertThat(partitions()).containsExactlyInAnyOrder(newest - 10, newest, newest + 1);
      assertThat(number("SELECT count(*) FROM message")).isEqualTo(2);
      assertThat(number("SELECT sum(recipients) FROM mail_in")).isEqualTo(2);
      assertThat(number("SELECT sum(refusals) FROM mail_refused")).isEqualTo(1);
      connection.rollback();
      assertThat(ReadTo.of(connection).topics())
          .filteredOn(topic -> topic.topic().equals(Topics.MAIL_ACCEPTED))
          .singleElement()
          .satisfies(
              topic -> {
                assertThat(topic.lost()).isEqualTo(5_000 - RETENTION);
                assertThat(topic.newest()).isEqualTo(Instant.ofEpochMilli(now.get()).toString());
              });
    }
  }

  /** Days that are known, of a version before, have no partition of it yet. */
  @Test
  void aTableByDayOfALaterVersionGetsItsDays() throws Exception {
    int today = FIRST + 5;
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      for (int day = FIRST; day < today; day++) {
        now.set(Days.startMillis(day));
        fold.read(accepted(day, now.get()));
      }
      fold.commit();
    }
    migrateFurther();

    now.set(Days.startMillis(today));
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      for (int day = FIRST; day <= today; day++) {
        fold.read(accepted(10_000 + day, Days.startMillis(day) + 1));
      }
      fold.commit();
      assertThat(number("SELECT count(*) FROM later")).isEqualTo(6);
      assertThat(partitions()).containsExactlyInAnyOrderElementsOf(fold.days().there());

      now.set(Days.startMillis(today + 1 + RETENTION));
      fold.keepDays();
      assertThat(number("SELECT count(*) FROM later")).isZero();
      assertThat(partitions())
          .containsExactlyInAnyOrder(today + 1 + RETENTION, today + 2 + RETENTION);
    }
  }

  /** Its service was away from before the later version until long after. */
  @Test
  void aDayBeyondTheRetentionGoesWithoutItsPartitionOfALaterTable() throws Exception {
    try (Connection connection = connection()) {
      Fold fold = fold(connection);
      fold.read(accepted(1, now.get()));
      fold.commit();
    }
    migrateFurther();
    int newest = FIRST + RETENTION + 7;
    now.set(Days.startMillis(newest));
    try (Connection connection = connection()) {
      fold(connection);
      assertThat(partitions()).containsExactlyInAnyOrder(newest, newest + 1);
    }
  }

  private void migrateFurther() {
    List<String> further = new ArrayList<>(Postgres.further());
    further.add("db/later");
    Postgres.migrate(url, further);
  }

  private static ConsumerRecord<String, byte @Nullable []> accepted(long offset, long at) {
    QueueId id = QueueId.of(0, at, offset);
    return LogRecords.of(
        Topics.MAIL_ACCEPTED,
        offset,
        at,
        id.value(),
        MessageAccepted.newBuilder()
            .setQueueId(id.value())
            .setEnvelope(
                Envelope.newBuilder()
                    .setReversePath("anna@contoso.example")
                    .addRecipients(
                        EnvelopeRecipient.newBuilder().setAddress("info@fabrikam.example")))
            .addGroups(
                RecipientGroup.newBuilder()
                    .addRecipients(0)
                    .setOrganization("contoso")
                    .setDirection(Direction.ORIGINATING))
            .build());
  }

  private static ConsumerRecord<String, byte @Nullable []> refused(long offset, long at) {
    return LogRecords.of(
        Topics.MAIL_REFUSALS,
        offset,
        at,
        "192.0.2.1",
        MessageRefused.newBuilder().setOrganization("contoso").setRule("requireTls").build());
  }

  private Connection connection() throws SQLException {
    return WriterConnection.open(url, Postgres.user(), Postgres.password());
  }

  private Fold fold(Connection connection) throws SQLException {
    Fold fold = new Fold(connection, RETENTION, 1_000, () -> Instant.ofEpochMilli(now.get()));
    fold.begin();
    return fold;
  }

  private List<String> filled() throws SQLException {
    List<String> filled = new ArrayList<>();
    for (String table : OF_DAYS) {
      if (number("SELECT count(*) FROM " + table) > 0) {
        filled.add(table);
      }
    }
    return filled;
  }

  /** The days that each partitioned table has: all have the same. */
  private List<Integer> partitions() throws SQLException {
    List<Integer> days = new ArrayList<>();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT to_date(right(c.relname, 10), 'YYYY_MM_DD') - date '1970-01-01', count(*),"
                    + " (SELECT count(*) FROM pg_partitioned_table t JOIN pg_class p ON p.oid ="
                    + " t.partrelid WHERE p.relkind = 'p') FROM pg_inherits i JOIN pg_class c ON"
                    + " c.oid = i.inhrelid WHERE c.relkind = 'r' GROUP BY 1")) {
      while (row.next()) {
        assertThat(row.getInt(2)).isEqualTo(row.getInt(3));
        days.add(row.getInt(1));
      }
    }
    return days;
  }

  private long number(String query) throws SQLException {
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
