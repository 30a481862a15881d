package io.postern.console.fold;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.store.PackedLife;
import io.postern.console.store.WriterConnection;
import io.postern.console.wire.LifeRecord;
import io.postern.console.wire.MessageLife;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.log.rules.LearningChain;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The read model is what the log says, whatever is killed: a fold in one go, and one in pieces with
 * transactions that are lost, other orders of the topics and new beginnings, have the same rows.
 */
class FoldTest {
  private static final int RECORDS = 1_500;
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochMilli(RandomLog.START + 6 * 3_600_000L));
  static final List<String> TABLES =
      List.of(
          "message",
          "message_organization",
          "recipient",
          "reported",
          "mail_in",
          "mail_out",
          "mail_sender",
          "mail_refused",
          "event",
          "refusal",
          "verdict",
          "client_names",
          "control",
          "route",
          "directory_object",
          "directory_change",
          "anchors",
          "day_bound",
          "rule_state",
          "still_open",
          "position");

  /** The counts, counted from what they count. */
  static final Map<String, String> COUNTS =
      Map.of(
          "mail_in",
          "SELECT r.day, (r.at / 3600000)::int, r.organization, r.inbound_connector, r.direction,"
              + " m.tls, '' AS sender, count(DISTINCT r.queue_id), count(*) FROM recipient r JOIN"
              + " message m ON m.day = r.day AND m.queue_id = r.queue_id WHERE r.at IS NOT NULL"
              + " GROUP BY 1, 2, 3, 4, 5, 6 UNION ALL SELECT r.day, (r.at / 3600000)::int,"
              + " r.incoming_organization, r.incoming_connector, r.direction, m.tls,"
              + " r.organization, count(DISTINCT r.queue_id), count(*) FROM recipient r JOIN"
              + " message m ON m.day = r.day AND m.queue_id = r.queue_id WHERE r.at IS NOT NULL"
              + " AND r.incoming_organization <> '' GROUP BY 1, 2, 3, 4, 5, 6, 7",
          "mail_out",
          "SELECT day, (at / 3600000)::int, organization, connector, token, tls, state, count(*)"
              + " FROM recipient WHERE at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7",
          "mail_sender",
          "SELECT r.day, r.organization, r.inbound_connector, m.from_domain, count(DISTINCT"
              + " r.queue_id), min(r.queue_id) FROM recipient r JOIN message m ON m.day = r.day AND"
              + " m.queue_id = r.queue_id WHERE r.at IS NOT NULL AND r.direction = 'originating'"
              + " AND m.from_domain <> '' GROUP BY 1, 2, 3, 4",
          "mail_refused",
          "SELECT day, (at / 3600000)::int, organization, connector, rule, sum(count)::bigint FROM"
              + " refusal GROUP BY 1, 2, 3, 4, 5");

  int schedules() {
    return 12;
  }

  @Test
  void aFoldInPiecesHasTheRowsOfOneInOneGo() throws Exception {
    for (long seed = 1; seed <= schedules(); seed++) {
      RandomLog log = new RandomLog(seed, RECORDS);
      String whole = Postgres.migrated();
      Fold fold = fold(whole);
      for (ConsumerRecord<String, byte @Nullable []> record : log.mixed(seed)) {
        fold.read(record);
      }
      fold.commit();

      String pieces = Postgres.migrated();
      inPieces(pieces, log.mixed(seed + 1000), new Random(seed));

      Map<String, String> expected = rows(whole);
      assertThat(expected.getOrDefault("recipient", "").lines().count()).isGreaterThan(100);
      assertThat(expected.getOrDefault("event", "").lines().count()).isGreaterThan(500);
      assertThat(expected.getOrDefault("reported", ""))
          .contains(",in,", ",incoming,", ",out,", ",met,", ",missed,", ",unknown,", ",refused,");
      for (Map.Entry<String, String> count : COUNTS.entrySet()) {
        assertThat(expected.get(count.getKey()))
            .as("seed %d, %s", seed, count.getKey())
            .isNotEmpty()
            .isEqualTo(text(whole, count.getValue()));
      }
      Map<String, String> found = rows(pieces);
      for (String table : TABLES) {
        assertThat(found.get(table))
            .as("seed %d, table %s", seed, table)
            .isEqualTo(expected.get(table));
      }
    }
  }

  /** Records that come again, as in a rebuild of days that the log holds in part. */
  @Test
  void recordsThatComeAgainChangeNothing() throws Exception {
    RandomLog log = new RandomLog(77, RECORDS);
    String url = Postgres.migrated();
    Fold fold = fold(url);
    for (ConsumerRecord<String, byte @Nullable []> record : log.mixed(1)) {
      fold.read(record);
    }
    fold.commit();
    Map<String, String> once = rows(url);

    fold.forget();
    for (ConsumerRecord<String, byte @Nullable []> record : log.mixed(2)) {
      fold.read(record);
    }
    fold.commit();

    Map<String, String> again = rows(url);
    for (String table : TABLES) {
      assertThat(again.get(table)).as(table).isEqualTo(once.get(table));
    }
  }

  /** The same, where records that were not read before come in the transaction of an old one. */
  @Test
  void aRecordThatComesWithAnAcceptanceThatWasReadBeforeIsKept() throws Exception {
    String url = Postgres.migrated();
    QueueId id = QueueId.of(0, RandomLog.START, 1);
    ConsumerRecord<String, byte @Nullable []> accepted =
        LogRecords.of(
            Topics.MAIL_ACCEPTED,
            0,
            RandomLog.START,
            id.value(),
            MessageAccepted.newBuilder().setQueueId(id.value()).build());
    Fold fold = fold(url);
    fold.read(accepted);
    fold.commit();

    fold.forget();
    fold.read(accepted);
    fold.read(
        LogRecords.of(
            Topics.MAIL_DELIVERIES,
            0,
            RandomLog.START + 1,
            id.value(),
            Decision.newBuilder()
                .setSource(DecisionSource.SOURCE_ACCEPTED)
                .setPrevious(-1)
                .setQueueId(id.value())
                .build()));
    fold.commit();

    assertThat(rows(url).getOrDefault("event", "").lines()).hasSize(1);
    assertThat(rows(url).getOrDefault("message", "").lines()).hasSize(2); // row and acceptance
  }

  @Test
  void aWriterThatLostItsSessionWritesNothing() throws Exception {
    RandomLog log = new RandomLog(5, 300);
    String url = Postgres.migrated();
    Fold fold = fold(url);
    log.mixed(1).forEach(record -> read(fold, record));
    assertThat(canLock(url)).isFalse();

    Postgres.endWriter(url);

    org.assertj.core.api.Assertions.assertThatThrownBy(fold::commit)
        .isInstanceOf(SQLException.class);
    assertThat(rows(url).get("event")).isEmpty();
    assertThat(canLock(url)).isTrue();
  }

  @Test
  void noHeaderFieldIsKept() throws Exception {
    RandomLog log = new RandomLog(6, 200);
    String url = Postgres.migrated();
    Fold fold = fold(url);
    log.mixed(1).forEach(record -> read(fold, record));
    fold.commit();
    String hex = java.util.HexFormat.of().formatHex("secret".getBytes(US_ASCII));
    assertThat(rows(url).get("message")).isNotEmpty().doesNotContain(hex);
  }

  @Test
  void aGapMakesTheChainLearnAnew() throws Exception {
    String url = Postgres.migrated();
    Fold fold = fold(url);
    fold.lost(new io.postern.console.store.Positions.Key("mail.deliveries", 0), 0, 40);
    fold.commit();
    RuleStates states = new RuleStates();
    try (Connection connection = Postgres.connect(url)) {
      states.load(connection);
    }
    assertThat(states.of(0).marks()).isEqualTo(LearningChain.unknown());
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet gap = statement.executeQuery("SELECT first, behind FROM gap")) {
      assertThat(gap.next()).isTrue();
      assertThat(gap.getLong(1)).isZero();
      assertThat(gap.getLong(2)).isEqualTo(40);
    }
  }

  /** An answer to an administrator may name as many recipients as somebody writes. */
  @Test
  void anAnswerOfTheSchedulerMakesNoRecipient() throws Exception {
    String url = Postgres.migrated();
    QueueId id = QueueId.of(0, RandomLog.START, 1);
    OutcomeRecorded.Builder answer = OutcomeRecorded.newBuilder().setQueueId(id.value());
    for (int recipient = 0; recipient < 1_000; recipient++) {
      answer.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(recipient)
              .setKind(recipient == 7 ? OutcomeKind.HELD : OutcomeKind.OUTCOME_KIND_UNSPECIFIED));
    }
    Fold fold = fold(url);
    fold.read(
        LogRecords.of(
            Topics.MAIL_SCHEDULE_OUTCOMES, 0, RandomLog.START, id.value(), answer.build()));
    fold.commit();

    Map<String, String> rows = rows(url);
    assertThat(rows.getOrDefault("recipient", "").lines())
        .singleElement()
        .asString()
        .contains("," + id + ",7,");
    assertThat(rows.getOrDefault("event", "").lines()).hasSize(1);
  }

  /** Strangers fill the bound of nobody's refusals; what a report is about is not left out then. */
  @Test
  void aReportedRefusalHasItsOrganizationsBound() throws Exception {
    String url = Postgres.migrated();
    Fold fold = fold(url);
    for (int offset = 0; offset <= 40; offset++) {
      MessageRefused.Builder refused = MessageRefused.newBuilder().setRule("tenantAttribution");
      if (offset == 40) {
        refused.setReported(
            ReportedDecision.newBuilder().setOrganization("contoso").setAccepted(true));
      }
      fold.read(
          LogRecords.of(
              Topics.MAIL_REFUSALS, offset, RandomLog.START, "192.0.2.1", refused.build()));
    }
    fold.commit();
    assertThat(rows(url).getOrDefault("refusal", "")).contains(",contoso,");
  }

  /** Whatever they write of themselves and of their mail. */
  @Test
  void strangersMakeNoRowOfACount() throws Exception {
    String url = Postgres.migrated();
    Fold fold = fold(url);
    int most = 20; // that are kept of a day and partition
    for (int offset = 0; offset < 2 * most; offset++) {
      fold.read(
          LogRecords.of(
              Topics.MAIL_REFUSALS,
              offset,
              RandomLog.START,
              "192.0.2." + offset,
              MessageRefused.newBuilder()
                  .setReference("0000-%04d".formatted(offset))
                  .setReversePath(offset + "@s" + offset + ".example")
                  .setRecipient("r" + offset + "@contoso.example")
                  .setOrganization("contoso")
                  .setRule("recipient")
                  .build()));
    }
    fold.commit();
    assertThat(text(url, "SELECT organization, connector, rule, refusals FROM mail_refused"))
        .isEqualTo("(contoso,\"\",recipient," + most + ")\n");
  }

  private static boolean canLock(String url) throws SQLException {
    try (Connection other = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      return WriterConnection.lock(other);
    }
  }

  private static void read(Fold fold, ConsumerRecord<String, byte @Nullable []> record) {
    try {
      fold.read(record);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void inPieces(
      String url, List<ConsumerRecord<String, byte @Nullable []>> records, Random random)
      throws Exception {
    Fold fold = fold(url);
    int committed = 0;
    int next = 0;
    while (committed < records.size()) {
      int end = Math.min(records.size(), next + 1 + random.nextInt(200));
      while (next < end) {
        fold.read(records.get(next++));
      }
      switch (random.nextInt(5)) {
        case 0 -> { // the transaction is lost, and the session with it
          Postgres.endWriter(url);
          fold = fold(url);
          next = committed;
        }
        case 1 -> {
          fold.rollback();
          next = committed;
        }
        case 2 -> { // another replica takes over
          fold.commit();
          committed = next;
          Postgres.endWriter(url);
          fold = fold(url);
        }
        default -> {
          fold.commit();
          committed = next;
        }
      }
    }
  }

  static Fold fold(String url) throws SQLException {
    return fold(url, Fold.NUMBER);
  }

  /**
   * @param number of its version
   */
  static Fold fold(String url, int number) throws SQLException {
    Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password());
    long end = System.nanoTime() + 20_000_000_000L;
    while (!WriterConnection.lock(
        connection)) { // the server ends the former session a moment later
      assertThat(System.nanoTime()).isLessThan(end);
    }
    Fold fold = new Fold(connection, 90, 40, CLOCK, number);
    Fold.TOPICS.forEach(topic -> fold.partitions(topic, RandomLog.PARTITIONS));
    fold.begin();
    return fold;
  }

  static Map<String, String> rows(String url) throws SQLException {
    Map<String, String> rows = new TreeMap<>();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        String columns =
            table.equals("position")
                ? "topic, partition, next, newest, unreadable"
                : columns(statement, table);
        // States that recipients have left stay as rows of nobody.
        String from = table.equals("mail_out") ? "mail_out WHERE recipients <> 0" : table;
        rows.put(table, text(statement, "SELECT %s FROM %s".formatted(columns, from)));
      }
      rows.put("message", rows.getOrDefault("message", "") + lives(statement, rows));
    }
    return rows;
  }

  /**
   * The acceptances. Which other records are packed with them follows from the transactions: they
   * are put to those of the table event, each once.
   */
  private static String lives(Statement statement, Map<String, String> rows) throws SQLException {
    StringBuilder acceptances = new StringBuilder();
    Set<String> events = new TreeSet<>(rows.getOrDefault("event", "").lines().toList());
    try (ResultSet row =
        statement.executeQuery(
            "SELECT day, queue_id, at, record, life FROM message ORDER BY day, queue_id")) {
      while (row.next()) {
        MessageLife life = PackedLife.of(row);
        acceptances.append(hex(life.getAccepted())).append('\n');
        for (LifeRecord each : life.getRecordsList()) {
          events.add(
              "(%d,%s,%s,%d,%d,%s,\"\\\\x%s\")"
                  .formatted(
                      row.getInt("day"),
                      row.getString("queue_id"),
                      each.getTopic(),
                      each.getLogOffset(),
                      row.getLong("at") + each.getAfter(),
                      each.getWorth().isEmpty() ? "\"\"" : each.getWorth(),
                      hex(each.getRecord())));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event).append('\n'));
    rows.put("event", text.toString());
    return acceptances.toString();
  }

  private static String hex(ByteString octets) {
    return HexFormat.of().formatHex(octets.toByteArray());
  }

  /** Those of this version. */
  private static String columns(Statement statement, String table) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM"
                + " information_schema.columns WHERE table_schema = current_schema() AND table_name"
                + " = '%s' AND column_name NOT LIKE 'later%%' AND column_name <> 'life'"
                    .formatted(table))) {
      row.next();
      return row.getString(1);
    }
  }

  static String text(String url, String query) throws SQLException {
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement()) {
      return text(statement, query);
    }
  }

  private static String text(Statement statement, String query) throws SQLException {
    StringBuilder text = new StringBuilder();
    try (ResultSet row =
        statement.executeQuery("SELECT t::text FROM (%s) t ORDER BY 1".formatted(query))) {
      while (row.next()) {
        text.append(row.getString(1)).append('\n');
      }
    }
    return text.toString();
  }
}
