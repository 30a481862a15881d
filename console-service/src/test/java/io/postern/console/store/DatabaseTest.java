package io.postern.console.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.Postgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
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
    assertThat(new Database(pool, url, Postgres.user(), Postgres.password()).migrate()).isTrue();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT to_regclass('mail_refused')")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getString(1)).isEqualTo("mail_refused");
    }
  }
}
