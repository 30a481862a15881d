package io.postern.console.store;

import io.agroal.api.AgroalDataSource;
import io.postern.api.Caller;
import io.postern.api.CallerPlaces;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Share;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * The read model for those who search it. Any thread of a request; a call waits 5 s for one of the
 * caller's places, each of which has a connection, and 10 s for each statement at most.
 */
@Singleton
public class ReadModel {
  private static final Logger LOG = Logger.getLogger(ReadModel.class);

  /** SQL state of a search that took too long. */
  public static final String TIMED_OUT = "57014";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final AgroalDataSource source;
  private final Caller caller;
  private final CallerPlaces places = new CallerPlaces(Bound.SEARCHES);

  ReadModel(AgroalDataSource source, Caller caller) {
    this.source = source;
    this.caller = caller;
  }

  /** A use of a connection. */
  @FunctionalInterface
  public interface Use<T> {
    T of(Connection connection) throws SQLException;
  }

  /**
   * @throws ProblemException 429: the caller or its organization has all of its places; 503: the
   *     database is away, or the search takes too long
   */
  public <T> T use(Use<T> use) {
    try (Share.Held place = places.await(caller.holder(), PATIENCE);
        Connection connection = source.getConnection()) {
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
