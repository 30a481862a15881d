package io.postern.certificate.mtasts;

import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.dns.mtasts.StsPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a policy is fetched, and how long its state is kept. Times are Unix milliseconds of the
 * log's clock. A state from the future (the log's clock was set back) delays nothing for longer
 * than its rule does. Pure.
 */
final class FetchTimes {
  /** RFC 8461 §3.3: after a failure, a domain is asked no more often. */
  static final Duration FIRST_PAUSE = Duration.ofMinutes(5);

  static final Duration LONGEST_PAUSE = Duration.ofHours(4);

  /** A domain may publish two ids by turns: its policy is fetched once in this time. */
  static final Duration JUST_FETCHED = Duration.ofMinutes(1);

  /** A policy that no request has led to for so long is left to end. */
  static final Duration ASKED_WITHIN = Duration.ofDays(60);

  /** Behind the end of its policy and its last failure a state is shown to administrators. */
  static final Duration SHOWN = Duration.ofDays(7);

  private FetchTimes() {}

  /** The consequence of a request. */
  enum Request {
    FETCH,
    /** The policy in the log is the answer. */
    KNOWN,
    /** The last fetch has failed too recently. */
    RESTING
  }

  /**
   * @param known null: the domain has no state
   * @param id of the domain's TXT record
   */
  static Request request(@Nullable StsPolicyState known, String id, long now) {
    if (known == null) {
      return Request.FETCH;
    }
    if (known.hasFailure()) {
      StsFailure failure = known.getFailure();
      // Another id says that the domain has changed something.
      long next =
          failure.getId().equals(id)
              ? failure.getNextMillis()
              : failure.getAtMillis() + FIRST_PAUSE.toMillis();
      boolean rests = now < next && next - now <= LONGEST_PAUSE.toMillis();
      return rests ? Request.RESTING : Request.FETCH;
    }
    long age = now - known.getFetchedMillis();
    if (age >= 0 && age < JUST_FETCHED.toMillis()) {
      return Request.KNOWN;
    }
    boolean current = known.getId().equals(id) && age >= 0 && age < refreshMillis(known);
    return current && inForce(known, now) ? Request.KNOWN : Request.FETCH;
  }

  /**
   * Whether a policy in force is fetched again without a request.
   *
   * @param share of its time that this replica waits longer than the first may, 0 to 1: replicas
   *     that differ in it seldom fetch the same
   */
  static boolean toRefresh(StsPolicyState state, double share, long now) {
    boolean asked = now - state.getAskedMillis() <= ASKED_WITHIN.toMillis();
    if (!asked || !protects(state, now)) {
      return false;
    }
    if (state.hasFailure()) {
      StsFailure failure = state.getFailure();
      long pause = failure.getNextMillis() - failure.getAtMillis();
      return now >= failure.getNextMillis() + (long) (pause * share / 4)
          || failure.getNextMillis() - now > LONGEST_PAUSE.toMillis();
    }
    long age = now - state.getFetchedMillis();
    long refresh = refreshMillis(state);
    return age >= refresh * (3 + share) / 4 || -age > refresh;
  }

  /**
   * The time of the next try after a failure now: twice the last pause, unless the last fetch has
   * succeeded, or was for another id.
   */
  static long nextTry(@Nullable StsPolicyState known, String id, long now) {
    long pause = FIRST_PAUSE.toMillis();
    if (known != null && known.hasFailure() && known.getFailure().getId().equals(id)) {
      long last = known.getFailure().getNextMillis() - known.getFailure().getAtMillis();
      pause = Math.clamp(2 * last, pause, LONGEST_PAUSE.toMillis());
    }
    return now + pause;
  }

  /** RFC 8461 §3.2. */
  static boolean inForce(StsPolicyState state, long now) {
    return !state.getId().isEmpty() && now < endMillis(state);
  }

  /** In force, and something would be lost with it. */
  static boolean protects(StsPolicyState state, long now) {
    return inForce(state, now) && !state.getMode().equals(StsPolicy.Mode.NONE.spelled());
  }

  static long endMillis(StsPolicyState state) {
    return state.getFetchedMillis() + Duration.ofSeconds(state.getMaxAgeSeconds()).toMillis();
  }

  /** Nothing in it matters any more: it is removed. */
  static boolean isOver(StsPolicyState state, long now) {
    long last = Math.max(endMillis(state), state.getFailure().getNextMillis());
    return now > last + SHOWN.toMillis();
  }

  private static long refreshMillis(StsPolicyState state) {
    return StsPolicy.refreshAfter(Duration.ofSeconds(state.getMaxAgeSeconds())).toMillis();
  }
}
