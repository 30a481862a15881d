package io.postern.api;

import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.NoPlaceException;
import io.postern.bounds.Share;
import java.time.Duration;

/**
 * The places of a bound for callers of the API, which are refused with a {@link Problem}: 429 if
 * the caller or its organization has as many as it may, 503 if the service has. A request's body is
 * read before a place is taken. Thread-safe.
 */
public final class CallerPlaces {
  private static final int CALLERS = 429;
  private static final int SERVICES = 503;

  private final Share share;

  public CallerPlaces(Bound bound) {
    this.share = new Share(bound);
  }

  /**
   * @throws ProblemException 429, 503: there is none
   */
  public Share.Held take(Caller caller) {
    return take(caller.holder(), 1);
  }

  /**
   * @throws ProblemException 429, 503: there is no such amount
   */
  public Share.Held take(Holder holder, long amount) {
    try {
      return share.take(holder, amount);
    } catch (NoPlaceException e) {
      throw problem(e);
    }
  }

  /**
   * A place, which is waited for.
   *
   * @throws ProblemException 429, 503: there was none in time
   */
  public Share.Held await(Holder holder, Duration patience) {
    try {
      return share.await(holder, patience);
    } catch (NoPlaceException e) {
      throw problem(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.unavailable("The service is stopping.");
    }
  }

  /** With the time after which another try is sensible. */
  public static ProblemException problem(NoPlaceException e) {
    boolean callers = e.whose() != NoPlaceException.Whose.ALL;
    return new ProblemException(
        callers
            ? Problem.of(CALLERS, "Too many requests", String.valueOf(e.getMessage()))
            : Problem.of(SERVICES, "Unavailable", String.valueOf(e.getMessage())),
        e.bound().againSeconds());
  }
}
