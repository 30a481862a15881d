package io.postern.ingress.session;

import io.postern.ingress.rcpt.Refusal;
import java.time.Duration;

/**
 * The time that a session may wait. Owner: the session's thread; {@link #overdue(long)} may be
 * asked from any, {@link #commandLeft} by another while the session waits.
 */
final class SessionClock {
  private final SessionLimits limits;
  private final Load load;
  private final long began = System.nanoTime();
  private volatile long deadline;
  private long waitedNanos; // for commands under stress, since the last message

  SessionClock(SessionLimits limits, Load load) {
    this.limits = limits;
    this.load = load;
    restart();
  }

  /** A message ended: the next has its own deadline. */
  final void restart() {
    deadline = System.nanoTime() + limits.service().messageDeadline().toNanos();
    waitedNanos = 0;
  }

  /** The deadline passed more than {@code graceNanos} ago. */
  boolean overdue(long graceNanos) {
    return System.nanoTime() - deadline > graceNanos;
  }

  /** RFC 5321 §4.5.3.2: the reply to a client that has made us wait too long. */
  static Refusal timeout(String hostName) {
    return Refusal.of(421, "4.4.2", hostName + " timeout", "timeout");
  }

  /** The session has lasted as long as one may: it ends before its next mail transaction. */
  boolean lifetimeOver() {
    return System.nanoTime() - began > limits.lifetime().toNanos();
  }

  Refusal tooOld(String hostName) {
    return Refusal.of(
        421,
        "4.4.2",
        hostName
            + " closes sessions after "
            + limits.lifetime().toSeconds()
            + " s, open a new session",
        "lifetime");
  }

  /** A wait for a command that began then has ended. */
  void addWait(long since) {
    if (load.stressed()) {
      waitedNanos += System.nanoTime() - since;
    }
  }

  /**
   * Octets of a chunk have come. They pay for waits under stress at the least rate of a message, or
   * an honest client that waits for our reply to each chunk would use its waits up. Without a least
   * rate any octet pays for all.
   */
  void paid(long octets) {
    if (octets > 0) {
      double nanos = octets * 1e9 / limits.service().leastRateUnderStress(); // rate 0: infinite
      waitedNanos = (long) Math.max(0, waitedNanos - nanos);
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
    long all = ServiceLimits.STRESS_WAITS * limits.service().stressTimeout().toNanos();
    Duration budget = Duration.ofNanos(all - waitedNanos - (System.nanoTime() - silentSince));
    return left.compareTo(budget) < 0 ? left : budget;
  }

  /** The same as a time-out, at least a millisecond. */
  Duration commandWait(long silentSince) {
    return atLeastOne(commandLeft(silentSince));
  }

  /** The longest wait for a command's beginning: without stress. At least a millisecond. */
  Duration idleWait(long silentSince) {
    return atLeastOne(left(silentSince, limits.service().idleTimeout()));
  }

  /** The wait for octets that must come now, of content; at least a millisecond. */
  Duration patience() {
    return atLeastOne(left(System.nanoTime()));
  }

  /** The wait for a whole handshake; at least a millisecond. */
  Duration handshakePatience() {
    Duration patience = patience();
    Duration most = limits.service().handshakeTimeout();
    return patience.compareTo(most) < 0 ? patience : most;
  }

  private Duration left(long silentSince) {
    return left(
        silentSince,
        load.stressed() ? limits.service().stressTimeout() : limits.service().idleTimeout());
  }

  private Duration left(long silentSince, Duration patience) {
    long now = System.nanoTime();
    return Duration.ofNanos(Math.min(silentSince + patience.toNanos() - now, deadline - now));
  }

  private static Duration atLeastOne(Duration wait) {
    return wait.toMillis() < 1 ? Duration.ofMillis(1) : wait;
  }
}
