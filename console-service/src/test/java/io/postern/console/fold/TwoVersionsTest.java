package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.LaterTables;
import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.search.MessagePage;
import io.postern.console.sight.Sight;
import io.postern.console.store.Database;
import io.postern.console.wire.RecipientMemory;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two versions of this service write the same tables in turn, and read them at the same time. The
 * later one has the migrations of {@link LaterTables} and a fold with a higher number; what its
 * fold would write beside the rest is its own affair.
 */
class TwoVersionsTest {
  private static final int RECORDS = 1_500;
  private static final int LATER = Fold.NUMBER + 1;

  private final List<ConsumerRecord<String, byte @Nullable []>> records =
      new RandomLog(21, RECORDS).mixed(3);

  /** Its connections are open, with prepared statements, while the tables change. */
  @Test
  void theEarlierVersionGoesOnWhileTheLaterOneChangesTheTables() throws Exception {
    String url = Postgres.migrated();
    Fold fold = FoldTest.fold(url);
    try (Connection search = Postgres.connect(url)) {
      read(fold, 0, 500);
      List<String> some = queueIds(url);
      Map<String, ?> before = Map.of();
      for (int i = 0; i < 10; i++) { // the driver prepares the fifth in the server
        before = MessagePage.of(search, some, Sight.everything());
      }
      assertThat(before).hasSize(some.size());

      Postgres.migrate(url, LaterTables.MIGRATIONS);

      assertThat(MessagePage.of(search, some, Sight.everything())).isEqualTo(before);
      read(fold, 500, RECORDS);
    }
    assertSameAsOneVersion(url);
  }

  @Test
  void theEarlierVersionBeginsOnTheTablesOfTheLaterOne() throws Exception {
    String url = Postgres.empty();
    Postgres.migrate(url, LaterTables.MIGRATIONS);
    assertThat(database(url).migrate()).isTrue();
    read(FoldTest.fold(url), 0, RECORDS);
    assertSameAsOneVersion(url);
  }

  @Test
  void bothWriteInTurn() throws Exception {
    String url = Postgres.empty();
    assertThat(database(url).migrate()).isTrue();
    Random random = new Random(4);
    int next = 0;
    for (int turn = 0; next < RECORDS; turn++) {
      Fold fold = FoldTest.fold(url, turn % 2 == 0 ? Fold.NUMBER : LATER);
      if (turn == 1) {
        Postgres.migrate(url, LaterTables.MIGRATIONS);
      }
      int end = Math.min(RECORDS, next + 1 + random.nextInt(200));
      read(fold, next, end);
      next = end;
      Postgres.endWriter(url);
    }
    assertSameAsOneVersion(url);
  }

  /** What the earlier one left empty is read again; the other way round there is nothing to do. */
  @Test
  void theLaterFoldAsksForARebuildWhereItFollowsTheEarlierOne() throws Exception {
    String url = Postgres.migrated();
    takeOver(url, Fold.NUMBER);
    assertThat(rebuilds(url)).isEqualTo("(0)\n"); // a new database is of no fold
    read(FoldTest.fold(url), 0, 40);
    Postgres.endWriter(url);
    takeOver(url, LATER);
    assertThat(rebuilds(url)).isEqualTo("(1)\n");

    Postgres.execute(url, "DELETE FROM rebuild");
    takeOver(url, LATER);
    assertThat(rebuilds(url)).isEqualTo("(0)\n");
    takeOver(url, Fold.NUMBER);
    assertThat(rebuilds(url)).isEqualTo("(0)\n");
    takeOver(url, LATER);
    assertThat(rebuilds(url)).isEqualTo("(1)\n");
  }

  /** A later version gives states of its own to some recipients, and counts them by these. */
  @Test
  void aRecipientLeavesTheCountThatItsRowNames() throws Exception {
    String url = Postgres.migrated();
    Fold fold = FoldTest.fold(url);
    read(fold, 0, RECORDS / 2);
    Postgres.execute(
        url,
        "UPDATE recipient SET state = 'later-' || state, token = 'later-' || token"
            + " WHERE at IS NOT NULL AND recipient <> 1");
    Postgres.execute(url, "DELETE FROM mail_out; INSERT INTO mail_out " + counts("mail_out"));

    read(fold, RECORDS / 2, RECORDS);

    assertThat(FoldTest.rows(url).get("mail_out"))
        .contains("later-")
        .isEqualTo(FoldTest.text(url, counts("mail_out")));
  }

  /** A field of the memory that a later version has added. */
  @Test
  void whatALaterVersionRemembersOfARecipientIsKept() throws Exception {
    String url = Postgres.migrated();
    QueueId id = QueueId.of(0, RandomLog.START, 1);
    Fold fold = FoldTest.fold(url);
    fold.read(outcome(id, 0, OutcomeKind.HELD));
    fold.commit();
    String field = "c2bb01056c61746572"; // 3000: "later"
    byte[] added = HexFormat.of().parseHex(field);
    assertThat(RecipientMemory.parseFrom(added).getUnknownFields().hasField(3000)).isTrue();
    Postgres.execute(url, "UPDATE recipient SET fold = fold || '\\x" + field + "'::bytea");

    fold.read(outcome(id, 1, OutcomeKind.CANCELLED));
    fold.commit();

    assertThat(
            FoldTest.text(
                url,
                "SELECT state, position('\\x%s'::bytea IN fold) > 0 FROM recipient"
                    .formatted(field)))
        .isEqualTo("(cancelled,t)\n");
  }

  private static ConsumerRecord<String, byte @Nullable []> outcome(
      QueueId id, long offset, OutcomeKind kind) {
    return LogRecords.of(
        Topics.MAIL_SCHEDULE_OUTCOMES,
        offset,
        RandomLog.START,
        id.value(),
        OutcomeRecorded.newBuilder()
            .setQueueId(id.value())
            .setAttempt(1 + (int) offset)
            .addRecipients(RecipientOutcome.newBuilder().setRecipient(0).setKind(kind))
            .build());
  }

  /** As the service has it: Quarkus sets no pattern. */
  private static Database database(String url) {
    Flyway flyway =
        Flyway.configure()
            .ignoreMigrationPatterns(new String[0])
            .dataSource(url, Postgres.user(), Postgres.password())
            .load();
    return new Database(flyway, url, Postgres.user(), Postgres.password(), Optional.empty());
  }

  private void read(Fold fold, int from, int to) throws SQLException {
    for (ConsumerRecord<String, byte @Nullable []> record : records.subList(from, to)) {
      fold.read(record);
      if (fold.records() == 40) {
        fold.commit();
      }
    }
    fold.commit();
  }

  private void assertSameAsOneVersion(String url) throws Exception {
    String alone = Postgres.migrated();
    read(FoldTest.fold(alone), 0, RECORDS);
    Map<String, String> expected = FoldTest.rows(alone);
    Map<String, String> found = FoldTest.rows(url);
    assertThat(expected.getOrDefault("recipient", "").lines()).hasSizeGreaterThan(100);
    for (String table : FoldTest.TABLES) {
      assertThat(found.get(table)).as(table).isEqualTo(expected.get(table));
    }
  }

  private static void takeOver(String url, int number) throws SQLException {
    FoldTest.fold(url, number);
    Postgres.endWriter(url);
  }

  private static String rebuilds(String url) throws SQLException {
    return FoldTest.text(url, "SELECT count(*) FROM rebuild");
  }

  private static List<String> queueIds(String url) throws SQLException {
    return FoldTest.text(url, "SELECT queue_id AS t FROM message ORDER BY 1 LIMIT 20")
        .lines()
        .map(line -> line.replaceAll("[()]", ""))
        .toList();
  }

  private static String counts(String table) {
    return FoldTest.COUNTS.getOrDefault(table, "");
  }
}
