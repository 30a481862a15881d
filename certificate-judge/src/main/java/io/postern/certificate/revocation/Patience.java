package io.postern.certificate.revocation;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Until when a question waits for what is being fetched, and whether something was not there by
 * then. Any thread.
 */
public final class Patience {
  private final Instant from;
  private final Instant until;
  private final boolean none;
  private final AtomicBoolean ranOut;

  private Patience(Instant from, Instant until, boolean none, AtomicBoolean ranOut) {
    this.from = from;
    this.until = until;
    this.none = none;
    this.ranOut = ranOut;
  }

  /**
   * @param from when it is asked: by the clock, whatever time the question is about
   */
  public static Patience of(Instant from, Duration length) {
    return new Patience(from, from.plus(length), false, new AtomicBoolean());
  }

  /** Nothing is waited for: what is not there is fetched, for whoever asks again. */
  public static Patience none() {
    return new Patience(Instant.EPOCH, Instant.EPOCH, true, new AtomicBoolean());
  }

  /** For a part of the question: not as long, and when that runs out, this one has too. */
  Patience noLongerThan(Instant time) {
    return new Patience(from, time.isBefore(until) ? time : until, none, ranOut);
  }

  /** For what is tried first: half of the time is left for something else. */
  Patience firstHalf() {
    return noLongerThan(from.plus(Duration.between(from, until).dividedBy(2)));
  }

  public Instant until() {
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
