package io.postern.console.store;

import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The database as this service needs it: reached over TLS alone where it is on another machine, and
 * with its tables made. Any thread. Making them takes six hours at most.
 */
public final class Database {
  /** A pattern of Flyway: migrations of later versions, which only expand. */
  private static final String LATER = "*:future";

  /**
   * A change of a table waits for the searches and backups that read it, and all later searches
   * wait behind the change. A server that no longer hears its client ends the session, and with it
   * the change.
   */
  private static final String SESSION =
      "SET lock_timeout = '2s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;"
          + " SET tcp_keepalives_count = 4";

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(30);
  private static final Duration UNAVAILABLE = Duration.ofSeconds(1);

  // A change of a large table takes long; a server that is gone is noticed at last.
  private static final Map<String, String> LINK =
      Map.of(
          "connectTimeout", "5",
          "socketTimeout", "21600",
          "tcpKeepAlive", "true",
          "ApplicationName", "postern-console-migration");

  private final Flyway flyway;
  private final Optional<String> reader;
  private final Duration betweenTries;
  private final OccasionalLog log = new OccasionalLog(Database.class);
  private boolean migrated;
  private long notBefore = System.nanoTime();

  /**
   * @param flyway whose migrations these are; its connections are not taken, since a search's end
   *     soon
   * @param user owner of the tables
   * @param reader a role that reads them; empty: the owner does
   */
  public Database(
      Flyway flyway, String url, String user, String password, Optional<String> reader) {
    this(flyway, url, user, password, reader, BETWEEN_TRIES);
  }

  /**
   * @param betweenTries to change a table that is in use
   */
  Database(
      Flyway flyway,
      String url,
      String user,
      String password,
      Optional<String> reader,
      Duration betweenTries) {
    this.betweenTries = betweenTries;
    this.reader = reader.filter(role -> !role.equals(user));
    this.flyway =
        Flyway.configure(flyway.getConfiguration().getClassLoader())
            .configuration(flyway.getConfiguration())
            .dataSource(url, user, password)
            .jdbcProperties(LINK)
            // Quarkus' own default refuses tables of a later version.
            .ignoreMigrationPatterns(LATER)
            .initSql(SESSION)
            .load();
  }

  /**
   * Makes the tables, or adds to those of an earlier version; of several replicas one at a time.
   * Tables of a later version are used as they are.
   *
   * @return false: the database is away, or another's; or a table is in use, which is tried again
   *     half a minute later
   */
  public synchronized boolean migrate() {
    if (migrated) {
      return true;
    }
    if (System.nanoTime() - notBefore < 0) {
      return false;
    }
    try {
      flyway.migrate();
      if (reader.isPresent()) {
        grant(reader.get());
      }
      migrated = true;
      log.over("The database is available");
    } catch (SQLException e) {
      log.warn("The role postern.console.search-user cannot be given its rights", e);
    } catch (FlywayException e) {
      if (inUse(e)) {
        notBefore = System.nanoTime() + betweenTries.toNanos();
        log.warn(
            "A table is in use, for instance by a backup, and cannot be changed now; trying again"
                + " every 30 seconds",
            e);
      } else {
        notBefore = System.nanoTime() + UNAVAILABLE.toNanos();
        log.warn("The database is not available yet; waiting for it", e);
      }
    }
    return migrated;
  }

  private static boolean inUse(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  /** Reading, also of what is made later, and the request for a rebuild. */
  private void grant(String role) throws SQLException {
    String name = '"' + role.replace("\"", "\"\"") + '"';
    try (Connection connection = flyway.getConfiguration().getDataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      statement.execute("GRANT USAGE ON SCHEMA public TO " + name);
      statement.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + name);
      statement.execute(
          "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO " + name);
      statement.execute("GRANT INSERT ON rebuild TO " + name);
    }
  }

  /**
   * A sentence for the operator about a link that must not be used; empty: it may be (S3).
   *
   * @param url of JDBC
   */
  public static Optional<String> wrong(String url) {
    if (!url.startsWith("jdbc:postgresql://")) {
      return Optional.of(
          "quarkus.datasource.jdbc.url is "
              + url.replaceFirst("[?].*", "")
              + ": write jdbc:postgresql://HOST:PORT/DATABASE");
    }
    URI uri;
    try {
      uri = URI.create(url.substring("jdbc:".length()));
    } catch (IllegalArgumentException e) {
      return Optional.of(
          "quarkus.datasource.jdbc.url cannot be read: write"
              + " jdbc:postgresql://HOST:PORT/DATABASE");
    }
    String host = uri.getHost();
    String query = uri.getQuery() == null ? "" : uri.getQuery().toLowerCase(Locale.ROOT);
    if (host != null && LogSettings.loopback(host)
        || ("&" + query + "&").contains("&sslmode=verify-full&")) {
      return Optional.empty();
    }
    return Optional.of(
        "quarkus.datasource.jdbc.url names "
            + (host == null ? "several hosts" : host)
            + ", which is not on this machine: add sslmode=verify-full and sslrootcert=FILE");
  }
}
