package io.postern.console.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.console.Postgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
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
      statement.execute("INSERT INTO rebuild VALUES (1, 1, 'admin') ON CONFLICT DO NOTHING");
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
