package io.postern.ingress.session;

import java.time.Duration;

/**
 * How long a session may wait. Owner: the session's thread; {@link #overdue(long)} may be asked
 * from any.
 */
final class SessionClock {
  /** An idle session looks this often whether the server stops or is under stress. */
  private static final Duration SLICE = Duration.ofSeconds(2);

  private final SessionLimits limits;
  private final Load load;
  private volatile long deadline;

  SessionClock(SessionLimits limits, Load load) {
    this.limits = limits;
    this.load = load;
    this.deadline = System.nanoTime() + limits.messageDeadline().toNanos();
  }

  /** A message ended: the next has its own deadline. */
  void restart() {
    deadline = System.nanoTime() + limits.messageDeadline().toNanos();
  }

  /** The deadline passed more than {@code graceNanos} ago. */
  boolean overdue(long graceNanos) {
    return System.nanoTime() - deadline > graceNanos;
  }

  /** What the client has left when it has been silent since then. */
  Duration left(long silentSince) {
    long now = System.nanoTime();
    Duration patience = load.stressed() ? limits.stressTimeout() : limits.idleTimeout();
    return Duration.ofNanos(Math.min(silentSince + patience.toNanos() - now, deadline - now));
  }

  /** The whole wait, at least a millisecond. */
  Duration whole(long silentSince) {
    return atLeastOne(left(silentSince));
  }

  /** The next wait for input, at least a millisecond. */
  Duration slice(long silentSince) {
    Duration left = left(silentSince);
    Duration wait = left.compareTo(SLICE) < 0 ? left : SLICE;
    return atLeastOne(wait);
  }

  private static Duration atLeastOne(Duration wait) {
    return wait.toMillis() < 1 ? Duration.ofMillis(1) : wait;
  }
}
