package io.postern.ingress.session;

import java.time.Duration;

/**
 * The time that a session may wait. Owner: the session's thread; {@link #overdue(long)} may be
 * asked from any, {@link #commandLeft} by another while the session waits.
 */
final class SessionClock {
  private final SessionLimits limits;
  private final Load load;
  private volatile long deadline;
  private long waitedNanos; // for commands under stress, since the last message

  SessionClock(SessionLimits limits, Load load) {
    this.limits = limits;
    this.load = load;
    restart();
  }

  /** A message ended: the next has its own deadline. */
  final void restart() {
    deadline = System.nanoTime() + limits.messageDeadline().toNanos();
    waitedNanos = 0;
  }

  /** The deadline passed more than {@code graceNanos} ago. */
  boolean overdue(long graceNanos) {
    return System.nanoTime() - deadline > graceNanos;
  }

  /** RFC 5321 §4.5.3.2: the reply to a client that has made us wait too long. */
  static Refusal timeout(String hostName) {
    return Refusal.of(421, "4.4.2", hostName + " waited too long", "timeout");
  }

  /** A wait for a command that began then has ended. */
  void addWait(long since) {
    if (load.stressed()) {
      waitedNanos += System.nanoTime() - since;
    }
  }

  /**
   * The time that a client has left for a command when it has been silent since then. Under stress
   * all waits before one message count together: a NOOP now and then keeps no session.
   */
  Duration commandLeft(long silentSince) {
    Duration left = left(silentSince);
    if (!load.stressed()) {
      return left;
    }
    long all = SessionLimits.STRESS_WAITS * limits.stressTimeout().toNanos();
    Duration budget = Duration.ofNanos(all - waitedNanos - (System.nanoTime() - silentSince));
    return left.compareTo(budget) < 0 ? left : budget;
  }

  /** The same as a time-out, at least a millisecond. */
  Duration commandWait(long silentSince) {
    return atLeastOne(commandLeft(silentSince));
  }

  /** The longest wait for a command's beginning: without stress. At least a millisecond. */
  Duration idleWait(long silentSince) {
    return atLeastOne(left(silentSince, limits.idleTimeout()));
  }

  /** The wait for octets that must come now, of content or a handshake; at least a millisecond. */
  Duration patience() {
    return atLeastOne(left(System.nanoTime()));
  }

  private Duration left(long silentSince) {
    return left(silentSince, load.stressed() ? limits.stressTimeout() : limits.idleTimeout());
  }

  private Duration left(long silentSince, Duration patience) {
    long now = System.nanoTime();
    return Duration.ofNanos(Math.min(silentSince + patience.toNanos() - now, deadline - now));
  }

  private static Duration atLeastOne(Duration wait) {
    return wait.toMillis() < 1 ? Duration.ofMillis(1) : wait;
  }
}
