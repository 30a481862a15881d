package io.postern.certificate.staples;

import io.postern.certificate.Backoff;
import io.postern.contracts.v1.OcspStaple;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The times at which answers are asked for: from half of an answer's life on, each replica at a
 * time of its own within the next tenth, so that the others find the first one's answer in the log;
 * after a failure a minute later, then longer with each, an hour at most. Owner: one thread.
 */
final class StapleTimes {
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Backoff BACKOFF = new Backoff(FIRST, Duration.ofHours(1));
  private static final double SPREAD = 0.1;

  private record Failures(int inRow, Instant next) {}

  private final double part;
  private final Map<String, Failures> failures = new HashMap<>();

  StapleTimes(RandomGenerator random) {
    part = 0.5 + SPREAD * random.nextDouble();
  }

  /**
   * @param leaf key of the certificate
   * @param newest answer about it
   */
  boolean due(String leaf, Optional<OcspStaple> newest, Instant now) {
    Failures failed = failures.get(leaf);
    if (failed != null && now.isBefore(failed.next())) {
      return false;
    }
    return newest.map(staple -> !now.isBefore(renewal(staple))).orElse(true);
  }

  private Instant renewal(OcspStaple staple) {
    long life = staple.getNextUpdateMillis() - staple.getThisUpdateMillis();
    return Instant.ofEpochMilli(staple.getThisUpdateMillis() + (long) (part * life));
  }

  /** An answer is on its way into the log: if it does not arrive, it is asked for again. */
  void fetched(String leaf, Instant now) {
    failures.put(leaf, new Failures(0, now.plus(FIRST)));
  }

  /** How many in a row, this one with them. */
  int failed(String leaf, Instant now) {
    Failures before = failures.get(leaf);
    int inRow = before == null ? 1 : before.inRow() + 1;
    failures.put(leaf, new Failures(inRow, now.plus(BACKOFF.after(inRow))));
    return inRow;
  }

  /** Forgets all others. */
  void retain(Set<String> leaves) {
    failures.keySet().retainAll(leaves);
  }
}
