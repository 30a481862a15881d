package io.postern.console.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;

/**
 * The time of a search of several statements, 10 s for all of them together. Owner: the thread that
 * uses the connection.
 */
public final class SearchTime implements AutoCloseable {
  /** Of a search, and of a single statement of one. */
  public static final Duration LONGEST = Duration.ofSeconds(10);

  private static final long STEP_MILLIS = 500;

  private final Connection connection;
  private final long end;
  private long set = LONGEST.toMillis();

  public SearchTime(Connection connection) {
    this(connection, LONGEST);
  }

  public SearchTime(Connection connection, Duration longest) {
    this.connection = connection;
    this.end = System.nanoTime() + longest.toNanos();
  }

  /**
   * Before each statement: the database ends it when the search's time is over.
   *
   * @throws SQLTimeoutException it is over
   */
  public void next() throws SQLException {
    long left = (end - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SQLTimeoutException("the search took too long", ReadModel.TIMED_OUT);
    }
    if (left < set - STEP_MILLIS || left < STEP_MILLIS) { // else nearly as the connection has it
      set(left);
    }
  }

  private void set(long millis) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = " + millis);
    }
    set = millis;
  }

  @Override
  public void close() throws SQLException {
    if (set != LONGEST.toMillis()) {
      set(LONGEST.toMillis());
    }
  }
}
