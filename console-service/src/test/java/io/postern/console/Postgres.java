package io.postern.console;

import io.postern.programs.FreePorts;
import io.postern.programs.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** One real PostgreSQL for all tests of a JVM, with a database of its own for each that asks. */
public final class Postgres {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static @Nullable PostgresServer server;

  private Postgres() {}

  private static synchronized PostgresServer server() {
    PostgresServer running = server;
    if (running == null) {
      try {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "postgres");
        running = PostgresServer.start(folder, FreePorts.next());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server = running;
    }
    return running;
  }

  public static String user() {
    return server().user();
  }

  public static String password() {
    return server().password();
  }

  /** A role that owns nothing, with the same password. */
  public static String reader() {
    return server().reader();
  }

  /** Ends it as a crash does; {@link #restart} has its data. */
  static void kill() {
    server().kill();
  }

  static void restart() {
    server().restart();
  }

  /** The address of an empty database. */
  public static String empty() {
    String name = "test" + NUMBER.incrementAndGet();
    execute(url("postgres"), "CREATE DATABASE " + name);
    return url(name);
  }

  /** The address of a database with the read model's tables; in {@link LaterTables} with more. */
  public static String migrated() {
    String url = empty();
    migrate(url, further());
    return url;
  }

  /** The folders of migrations that {@link #migrated} takes beside those of this version. */
  public static List<String> further() {
    return LaterTables.areMade() ? LaterTables.MIGRATIONS : List.of();
  }

  /** Makes the tables of this version, and what these folders add. */
  public static void migrate(String url, List<String> further) {
    List<String> locations = new ArrayList<>(further);
    locations.addFirst("db/migration");
    Flyway.configure()
        .locations(locations.toArray(String[]::new))
        .dataSource(url, user(), password())
        .load()
        .migrate();
  }

  public static Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, user(), password());
  }

  public static void execute(String url, String sql) {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Ends the session that writes, as a database that is killed does. */
  public static void endWriter(String url) {
    execute(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'postern-console-writer'"
            + " AND datname = current_database()");
  }

  private static String url(String database) {
    return server().jdbcUrl().replaceFirst("/[^/]*$", "/" + database);
  }
}
