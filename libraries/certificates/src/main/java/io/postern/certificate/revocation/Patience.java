package io.postern.certificate.revocation;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The time that a judgement waits for fetches, and the {@link Permit} that it gives back meanwhile.
 * Immutable; any thread of the judgement.
 */
public record Patience(Instant from, Instant until, Permit permit) {
  /**
   * @param from the time of the question, by the clock, even of a question about another time
   */
  public static Patience of(Instant from, Duration length) {
    return of(from, length, Permit.unbounded());
  }

  public static Patience of(Instant from, Duration length, Permit permit) {
    return new Patience(from, from.plus(length), permit);
  }

  /** For a part of the question. */
  public Patience noLongerThan(Instant time) {
    return new Patience(from, time.isBefore(until) ? time : until, permit);
  }

  /** For the first try: half of the time is left for another. */
  public Patience firstHalf() {
    return noLongerThan(from.plus(Duration.between(from, until).dividedBy(2)));
  }

  /**
   * The result of a fetch.
   *
   * @throws TimeoutException the fetch lasts longer than this patience
   * @throws PauseRefusedException too many judgements wait already
   */
  public <T> T await(CompletableFuture<T> fetch, Instant now)
      throws InterruptedException, ExecutionException, TimeoutException {
    long nanos = Math.max(0, Duration.between(now, until).toNanos());
    try (Permit.Pause pause = permit.pause()) {
      return fetch.get(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
