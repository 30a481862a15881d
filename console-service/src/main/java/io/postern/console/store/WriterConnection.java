package io.postern.console.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * The connection that may write the read model: its session holds the one advisory lock. Whoever
 * loses the session loses the lock with it, and can write nothing more: there is no moment at which
 * two write.
 *
 * <p>A statement takes a minute at most, a lock of a table 5 s. The server ends a session whose
 * machine is silent for some 30 s.
 */
public final class WriterConnection {
  private static final long LOCK = 0x706f737465726eL; // "postern"

  private static final String SESSION =
      String.join(
          ";",
          "SET synchronous_commit = off", // positions go with the rows: a crash loses both or none
          "SET statement_timeout = '60s'",
          "SET lock_timeout = '5s'",
          "SET idle_in_transaction_session_timeout = '120s'",
          "SET tcp_keepalives_idle = 10",
          "SET tcp_keepalives_interval = 5",
          "SET tcp_keepalives_count = 4",
          // Each statement looks up rows by their key; a plan made for the first ones must not
          // read whole days later.
          "SET enable_hashjoin = off",
          "SET enable_mergejoin = off",
          "SET enable_seqscan = off",
          "SET jit = off");

  private WriterConnection() {}

  /** Connects; the lock is not held yet. */
  public static Connection open(String url, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    properties.put("connectTimeout", "5");
    properties.put("socketTimeout", "90");
    properties.put("ApplicationName", "postern-console-writer");
    Connection connection = DriverManager.getConnection(url, properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(SESSION);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Takes the lock, if nobody has it. */
  public static boolean lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet locked = statement.executeQuery("SELECT pg_try_advisory_lock(" + LOCK + ")")) {
      locked.next();
      boolean taken = locked.getBoolean(1);
      connection.commit(); // of the session, not of the transaction
      return taken;
    }
  }
}
