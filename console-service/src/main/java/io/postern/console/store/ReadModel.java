package io.postern.console.store;

import io.agroal.api.AgroalDataSource;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/**
 * The read model for those who search it. Any thread; a call waits 5 s for a connection and 10 s
 * for each statement at most.
 */
@Singleton
public class ReadModel {
  private static final Logger LOG = Logger.getLogger(ReadModel.class);

  /** SQL state of a search that took too long. */
  public static final String TIMED_OUT = "57014";

  private final AgroalDataSource source;

  ReadModel(AgroalDataSource source) {
    this.source = source;
  }

  /** A use of a connection. */
  @FunctionalInterface
  public interface Use<T> {
    T of(Connection connection) throws SQLException;
  }

  /**
   * @throws ProblemException 503: the database is away, or the search takes too long
   */
  public <T> T use(Use<T> use) {
    try (Connection connection = source.getConnection()) {
      return use.of(connection);
    } catch (SQLException e) {
      if (TIMED_OUT.equals(e.getSQLState())) {
        throw unavailable(
            "The search took longer than 10 s: use a shorter period, or more conditions.");
      }
      LOG.debugf(e, "the read model cannot be read");
      throw unavailable(
          "The read model cannot be read now: the database is unavailable or " + "restarting.");
    }
  }

  private static ProblemException unavailable(String detail) {
    return new ProblemException(Problem.of(503, "Not available", detail));
  }
}
