package io.postern.certificate.revocation;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Until when a question waits for what is being fetched, and whether something was not there by
 * then. Any thread.
 */
public final class Patience {
  private final Instant until;
  private final boolean none;
  private final AtomicBoolean ranOut;

  private Patience(Instant until, boolean none, AtomicBoolean ranOut) {
    this.until = until;
    this.none = none;
    this.ranOut = ranOut;
  }

  public static Patience until(Instant time) {
    return new Patience(time, false, new AtomicBoolean());
  }

  /** Nothing is waited for: what is not there is fetched, for whoever asks again. */
  public static Patience none() {
    return new Patience(Instant.EPOCH, true, new AtomicBoolean());
  }

  /** For a part of the question: not as long, and when that runs out, this one has too. */
  Patience noLongerThan(Instant time) {
    return new Patience(time.isBefore(until) ? time : until, none, ranOut);
  }

  Instant until() {
    return until;
  }

  /** Something was not there in time. */
  public void runOut() {
    ranOut.set(true);
  }

  public boolean hasRunOut() {
    return ranOut.get();
  }

  /** Nothing is waited for and something is missing: looking on would only fetch more. */
  boolean isOver() {
    return none && hasRunOut();
  }
}
