package io.postern.console.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/**
 * A read model of the version before goes on with its rows, and its writer beside this one's
 * tables.
 */
class UpgradeTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final int DAY = Days.of(NOON.toEpochMilli());
  private static final QueueId ID = QueueId.of(0, NOON.toEpochMilli(), 1);

  private static void migrate(String url, String version) {
    Flyway.configure()
        .dataSource(url, Postgres.user(), Postgres.password())
        .target(version)
        .load()
        .migrate();
  }

  /** As the version before writes it. */
  private static void recipient(Connection connection, QueueId id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO recipient (day, queue_id, recipient, at, address, domain, direction,"
              + " organization, incoming_organization, inbound_connector, incoming_connector,"
              + " state, since, reason, token, connector, route, host, attempts, due, fold) SELECT"
              + " %d, '%s', 0, 17, 'a@x.example', 'x.example', 'incoming', 'contoso', '', '', '',"
                  .formatted(DAY, id)
              + " 'waiting', 0, '', '', '', '', '', 0, 0, ''::bytea");
    }
  }

  @Test
  void rowsOfTheVersionBeforeAreGoneOnWith() throws Exception {
    String url = Postgres.empty();
    migrate(url, "1");
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      try (Statement statement = connection.createStatement()) {
        for (String table : Days.TABLES) {
          if (!table.equals("reported")) {
            statement.execute(
                "CREATE TABLE %s_2026_11_28 PARTITION OF %s FOR VALUES FROM (%d) TO (%d)"
                    .formatted(table, table, DAY, DAY + 1));
          }
        }
      }
      recipient(connection, ID);
      connection.commit();

      migrate(url, "2");
      recipient(connection, QueueId.of(0, NOON.toEpochMilli(), 2));
      connection.commit();

      migrate(url, "3");
      assertThat(row(url, "SELECT hour, state, recipients FROM mail_out")).isEqualTo("0 waiting 2");
      recipient(connection, QueueId.of(0, NOON.toEpochMilli(), 3));
      connection.commit();

      Fold fold = new Fold(connection, 90, 100, InstantSource.fixed(NOON));
      fold.begin();
      fold.read(
          LogRecords.of(
              Topics.MAIL_OUTCOMES,
              1,
              NOON.toEpochMilli(),
              ID.value(),
              OutcomeRecorded.newBuilder()
                  .setQueueId(ID.value())
                  .setAttempt(1)
                  .setOwner(new Owner(1, 1, 1).message())
                  .setOrganization("contoso")
                  .setToken("opportunistic:encryption-only")
                  .setTlsFacts(TlsFacts.newBuilder().setVersion(TlsVersion.TLS_1_2))
                  .setReportedConnector("To Northwind")
                  .setReportedToken("domain-validation:domain-validation")
                  .addRecipients(
                      RecipientOutcome.newBuilder().setRecipient(0).setKind(OutcomeKind.DELIVERED))
                  .build()));
      fold.commit();
    }
    assertThat(row(url, "SELECT at, tls, state FROM recipient WHERE queue_id = '" + ID + "'"))
        .isEqualTo("17 TLSv1.2 delivered");
    assertThat(row(url, "SELECT at, connector, result FROM reported"))
        .isEqualTo("17 To Northwind met");
    assertThat(row(url, "SELECT tls, state, recipients FROM mail_out WHERE state <> 'waiting'"))
        .isEqualTo("TLSv1.2 delivered 1");
    assertThat(row(url, "SELECT tls, state, recipients FROM mail_out WHERE state = 'waiting'"))
        .as("but for those of the writer before")
        .isEqualTo(" waiting 1");
  }

  /** V2 ran over the searches' connections, which end a statement after 10 s. */
  @Test
  void anIndexMayTakeLongerThanASearch() throws Exception {
    String url = Postgres.empty();
    migrate(url, "1");
    Postgres.execute(
        url,
        "CREATE FUNCTION many_rows() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF"
            + " current_setting('application_name') <> 'postern-console-migration' THEN RAISE"
            + " EXCEPTION 'over a connection of searches'; END IF; IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity ="
            + " 'public.refusal_reported_rule') THEN PERFORM pg_sleep(3); END IF; END $$");
    Postgres.execute(
        url,
        "CREATE EVENT TRIGGER many_rows ON ddl_command_end WHEN TAG IN ('CREATE INDEX')"
            + " EXECUTE FUNCTION many_rows()");
    String hasty = url + "?options=-c%20statement_timeout%3D2s";
    Flyway pool = Flyway.configure().dataSource(url, Postgres.user(), Postgres.password()).load();
    assertThat(new Database(pool, hasty, Postgres.user(), Postgres.password()).migrate()).isTrue();
    assertThat(row(url, "SELECT count(*), min(at), max(at) FROM reported"))
        .isEqualTo("0 null null");
  }

  /** Of the day after the upgrade the old writer made the partitions, and dropped an old day's. */
  @Test
  void daysOfTheVersionBeforeGetTheNewTable() throws Exception {
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Days days = new Days(90);
      days.load(connection);
      days.need(connection, DAY - 90);
      days.need(connection, DAY);
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE reported_2026_11_28");
        for (String table : Days.TABLES) {
          if (!table.equals("reported")) {
            statement.execute("DROP TABLE " + table + "_2026_08_30");
          }
        }
      }
      connection.commit();

      days.load(connection);
      assertThat(days.there()).containsExactlyInAnyOrder(DAY - 90, DAY);
      days.keep(connection, NOON.toEpochMilli());
      connection.commit();
    }
    assertThat(
            row(
                url,
                "SELECT to_regclass('reported_2026_11_28'), to_regclass('reported_2026_08_30'), 0"))
        .isEqualTo("reported_2026_11_28 null 0");
  }

  private static String row(String url, String sql) throws SQLException {
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1) + " " + row.getString(2) + " " + row.getString(3);
    }
  }
}
