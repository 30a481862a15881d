package io.postern.policy.tlsrpt;

import io.postern.contracts.Fingerprints;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;

/**
 * The subject of a report: one domain's sessions of one day in UTC (RFC 8460 §4.1).
 *
 * @param domain A-labels, lower case
 * @param day since 1970-01-01
 */
record DomainDay(String domain, int day) {
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  // The counts of the day's last minutes have arrived.
  private static final long SHORTEST_DELAY = Duration.ofMinutes(15).toMillis();
  private static final long LONGEST_DELAY = Duration.ofHours(4).toMillis();
  // tls.sessions is kept for three days: until then none of the day's counts is gone.
  private static final long TOO_OLD = Duration.ofHours(36).toMillis();

  static int dayOf(long millis) {
    return (int) Math.floorDiv(millis, DAY_MILLIS);
  }

  long startMillis() {
    return day * DAY_MILLIS;
  }

  /** The first instant that is not of the day. */
  long endMillis() {
    return startMillis() + DAY_MILLIS;
  }

  /**
   * The time of the report: after the day, with a delay that differs by domain and day and is the
   * same after a restart, lest all reports of the world come at midnight (RFC 8460 §4.1).
   */
  long dueMillis() {
    byte[] hash = Fingerprints.sha256((domain + "/" + day).getBytes(StandardCharsets.UTF_8));
    long spread = Math.floorMod(ByteBuffer.wrap(hash).getLong(), LONGEST_DELAY - SHORTEST_DELAY);
    return endMillis() + SHORTEST_DELAY + spread;
  }

  /** Its counts may be gone in part: a report would be wrong. */
  boolean tooOld(long nowMillis) {
    return nowMillis - endMillis() > TOO_OLD;
  }

  LocalDate date() {
    return LocalDate.ofEpochDay(day);
  }
}
