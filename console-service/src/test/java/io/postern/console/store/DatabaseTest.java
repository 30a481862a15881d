package io.postern.console.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.console.LaterTables;
import io.postern.console.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class DatabaseTest {
  /**
   * The pool's connections end a statement after 10 s, and an index of a large table takes longer.
   */
  @Test
  void theTablesAreMadeOverAConnectionOfTheirOwn() throws Exception {
    String url = Postgres.empty();
    Postgres.execute(
        url,
        "CREATE SCHEMA elsewhere; CREATE FUNCTION elsewhere.own_connection() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF"
            + " current_setting('application_name') <> 'postern-console-migration' THEN RAISE"
            + " EXCEPTION 'over a connection of searches'; END IF; END $$");
    Postgres.execute(
        url,
        "CREATE EVENT TRIGGER own_connection ON ddl_command_end WHEN TAG IN ('CREATE INDEX')"
            + " EXECUTE FUNCTION elsewhere.own_connection()");
    Flyway pool = Flyway.configure().dataSource(url, Postgres.user(), Postgres.password()).load();
    assertThat(
            new Database(pool, url, Postgres.user(), Postgres.password(), Optional.empty())
                .migrate())
        .isTrue();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT to_regclass('mail_refused')")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getString(1)).isEqualTo("mail_refused");
    }
  }

  /** All searches of a table wait behind its change, which waits for a backup. */
  @Test
  void aChangeDoesNotWaitLongBehindOneThatReads() throws Exception {
    String url = Postgres.migrated();
    Database later = later(url, "db/next");
    try (Connection backup = backup(url);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      readRecipients(backup);
      Future<Boolean> migrated = threads.submit(later::migrate);
      awaitWaitingChange(url);
      long began = System.nanoTime();
      try (Connection search = Postgres.connect(url)) {
        readRecipients(search);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
      assertThat(migrated.get(60, TimeUnit.SECONDS)).isFalse();
      assertThat(tables(url)).doesNotContain("later_mail");
      backup.rollback();
    }
    await().atMost(Duration.ofSeconds(30)).until(later::migrate);
    assertThat(tables(url)).contains("later_mail", "later_count");
  }

  @Test
  void aTableInUseIsNotTriedAgainAtOnce() throws Exception {
    String url = Postgres.migrated();
    Database later = database(url, Duration.ofHours(1), "db/migration", "db/next");
    try (Connection backup = backup(url)) {
      readRecipients(backup);
      assertThat(later.migrate()).isFalse();
      backup.rollback();
    }
    assertThat(later.migrate()).isFalse();
    assertThat(tables(url)).doesNotContain("later_mail");
  }

  /** As a replica that is killed while it changes the tables. */
  @Test
  void aChangeThatDiesInTheMiddleLeavesNothingAndIsMadeAgain() throws Exception {
    String url = Postgres.migrated();
    Database later = later(url, "db/next");
    try (Connection backup = backup(url);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try (Statement lock = backup.createStatement()) {
        lock.execute("LOCK TABLE control IN ACCESS SHARE MODE"); // of the last migration
      }
      Future<Boolean> migrated = threads.submit(later::migrate);
      awaitWaitingChange(url);
      Postgres.execute(
          url,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
              + " 'postern-console-migration' AND datname = current_database()");
      assertThat(migrated.get(60, TimeUnit.SECONDS)).isFalse();
      backup.rollback();
    }
    assertThat(columns(url, "position")).doesNotContain("later_null");
    await().atMost(Duration.ofSeconds(30)).until(later::migrate);
    assertThat(columns(url, "position")).contains("later_null");
  }

  @Test
  void severalReplicasMakeTheTablesAtOnce() throws Exception {
    String url = Postgres.empty();
    List<Future<Boolean>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int replica = 0; replica < 4; replica++) {
        Database database =
            replica % 2 == 0 ? database(url, Duration.ZERO, "db/migration") : later(url, "db/next");
        all.add(
            threads.submit(
                () -> {
                  await().atMost(Duration.ofSeconds(60)).until(database::migrate);
                  return true;
                }));
      }
      for (Future<Boolean> one : all) {
        assertThat(one.get()).isTrue();
      }
    }
    assertThat(tables(url)).contains("message", "last_fold", "later_mail");
  }

  /** Also one that the version before makes; days that are there stay without it. */
  @Test
  void aDayThatIsMadeLaterHasTheLaterIndexes() throws Exception {
    String url = Postgres.migrated();
    int today = 21_000;
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Days days = new Days(90);
      days.load(connection);
      days.need(connection, today);
      connection.commit();
      Postgres.migrate(url, LaterTables.MIGRATIONS);
      days.need(connection, today + 1);
      connection.commit();
    }
    String indexes = "SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%%%s%%'";
    assertThat(list(url, indexes.formatted("(host, at)")))
        .containsExactlyInAnyOrder("recipient", "recipient_2027_07_02");
    assertThat(list(url, indexes.formatted("(address, at)")))
        .containsExactlyInAnyOrder("recipient", "recipient_2027_07_01", "recipient_2027_07_02");
  }

  private static Database later(String url, String folder) {
    return database(url, Duration.ZERO, "db/migration", folder);
  }

  private static Database database(String url, Duration betweenTries, String... locations) {
    Flyway pool =
        Flyway.configure()
            .locations(locations)
            .dataSource(url, Postgres.user(), Postgres.password())
            .load();
    return new Database(
        pool, url, Postgres.user(), Postgres.password(), Optional.empty(), betweenTries);
  }

  /** One that reads in a transaction, and is ended at last: a change that waits for it goes on. */
  private static Connection backup(String url) throws SQLException {
    Connection connection = Postgres.connect(url);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET idle_in_transaction_session_timeout = '30s'");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private static void readRecipients(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT count(*) FROM recipient");
    }
  }

  private static void awaitWaitingChange(String url) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                !list(
                        url,
                        "SELECT pid::text FROM pg_stat_activity WHERE application_name ="
                            + " 'postern-console-migration' AND datname = current_database() AND"
                            + " wait_event_type = 'Lock' AND wait_event = 'relation'")
                    .isEmpty());
  }

  private static List<String> tables(String url) throws SQLException {
    return list(url, "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')");
  }

  private static List<String> columns(String url, String table) throws SQLException {
    return list(
        url,
        "SELECT column_name FROM information_schema.columns WHERE table_name = '" + table + "'");
  }

  private static List<String> list(String url, String query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        found.add(row.getString(1));
      }
    }
    return found;
  }

  @Test
  void whoSearchesOnlyReads() throws Exception {
    String url = Postgres.empty();
    String role = "search \"of\" console";
    Postgres.execute(url, "CREATE ROLE \"search \"\"of\"\" console\" LOGIN PASSWORD 'only-reads'");
    Flyway pool = Flyway.configure().dataSource(url, Postgres.user(), Postgres.password()).load();
    Database database =
        new Database(pool, url, Postgres.user(), Postgres.password(), Optional.of(role));
    assertThat(database.migrate()).isTrue();
    Postgres.execute(url, "CREATE TABLE made_later (a int)");

    try (Connection connection = DriverManager.getConnection(url, role, "only-reads");
        Statement statement = connection.createStatement()) {
      for (String table : List.of("mail_refused", "directory_change", "rebuild", "made_later")) {
        statement.execute("SELECT * FROM " + table);
      }
      statement.execute(
          "INSERT INTO rebuild (id, asked_for, by_whom) VALUES (1, 1, 'admin')"
              + " ON CONFLICT DO NOTHING");
      for (String change :
          List.of(
              "DELETE FROM mail_refused",
              "UPDATE directory_change SET version = 0",
              "DELETE FROM rebuild",
              "DROP TABLE made_later",
              "CREATE TABLE public.own (a int)",
              "TRUNCATE position",
              "SET ROLE " + Postgres.user())) {
        assertThatThrownBy(() -> statement.execute(change))
            .as(change)
            .isInstanceOf(SQLException.class)
            .extracting(e -> ((SQLException) e).getSQLState())
            .isEqualTo("42501");
      }
    }
  }
}
