package io.postern.console.store;

import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
  // A change of a large table takes long; a server that is gone is noticed at last.
  private static final Map<String, String> LINK =
      Map.of(
          "connectTimeout", "5",
          "socketTimeout", "21600",
          "tcpKeepAlive", "true",
          "ApplicationName", "postern-console-migration");

  private final Flyway flyway;
  private final Optional<String> reader;
  private final OccasionalLog log = new OccasionalLog(Database.class);
  private boolean migrated;

  /**
   * @param flyway whose migrations these are; its connections are not taken, since a search's end
   *     soon
   * @param user owner of the tables
   * @param reader a role that reads them; empty: the owner does
   */
  public Database(
      Flyway flyway, String url, String user, String password, Optional<String> reader) {
    this.reader = reader.filter(role -> !role.equals(user));
    this.flyway =
        Flyway.configure(flyway.getConfiguration().getClassLoader())
            .configuration(flyway.getConfiguration())
            .dataSource(url, user, password)
            .jdbcProperties(LINK)
            .load();
  }

  /**
   * Makes the tables, or changes those of an earlier version; of several replicas one at a time.
   *
   * @return false: the database is away, or another's
   */
  public synchronized boolean migrate() {
    if (migrated) {
      return true;
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
      log.warn("The database is not available yet; waiting for it", e);
    }
    return migrated;
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
