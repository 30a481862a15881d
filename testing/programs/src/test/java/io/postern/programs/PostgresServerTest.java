package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link PostgresServer}: its data outlives a kill, and it never outlives its parent. */
class PostgresServerTest {
  @TempDir Path folder;

  private final int port = FreePorts.next();

  @BeforeEach
  void onThisMachine() {
    assumeTrue(PostgresServer.canRun(), "no PostgreSQL for this machine, or for its root");
  }

  @Test
  void itsDataOutlivesAKillAndAnEnd() throws SQLException {
    try (PostgresServer server = PostgresServer.start(folder, port)) {
      try (Connection connection = connect(server);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE mail (id text)");
        statement.execute("INSERT INTO mail VALUES ('first')");
        statement.execute("CHECKPOINT");
      }
      server.kill();
      server.restart();
      assertThat(rows(server)).isEqualTo(1);
    }
    try (PostgresServer again = PostgresServer.start(folder, port)) {
      assertThat(rows(again)).isEqualTo(1);
    }
  }

  @Test
  void itHasARoleForSearchesThatOwnsNothing() throws SQLException {
    try (PostgresServer server = PostgresServer.start(folder, port);
        Connection connection =
            DriverManager.getConnection(server.jdbcUrl(), server.reader(), server.password());
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("CREATE TABLE mail (id text)"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void itEndsWithItsParent() throws Exception {
    try (PostgresServer server = PostgresServer.start(folder, port)) {
      server.closeParentPipe();
      await().atMost(Duration.ofSeconds(30)).until(() -> !server.isAlive());
      // A server that starts beside the end of the former one waits for it.
      server.restart();
      assertThat(connect(server).isValid(5)).isTrue();
    }
  }

  @Test
  void nobodyGetsInWithoutItsPassword() {
    try (PostgresServer server = PostgresServer.start(folder, port)) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "guessed"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
    }
  }

  private static int rows(PostgresServer server) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM mail")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }
}
