package io.postern.delivery.recipients;

import io.postern.contracts.v1.RecipientQuestion;
import java.time.Duration;

/**
 * A question in line.
 *
 * @param address local part as given, domain as lower-case A-label
 * @param domain the accepted domain
 * @param endNanos past it nobody waits for the answer; by {@link System#nanoTime}
 */
record Asked(String address, String domain, long endNanos) {
  private static final long LONGEST_MILLIS = Duration.ofMinutes(1).toMillis();

  /** How long its asker waits: the difference of two times by the asker's clock. */
  static long patienceMillis(RecipientQuestion question) {
    return Math.clamp(
        question.getDeadlineMillis() - question.getAskedAtMillis(), 0, LONGEST_MILLIS);
  }
}
