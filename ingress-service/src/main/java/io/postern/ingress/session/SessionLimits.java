package io.postern.ingress.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of one session.
 *
 * @param hostName our name in greeting and trace
 * @param maxMessageBytes RFC 1870
 * @param idleTimeout RFC 5321 §4.5.3.2.7
 * @param stressTimeout the same while sessions are nearly all taken
 * @param handshakeTimeout for a whole TLS handshake
 * @param messageDeadline from one message's end, or the connection, to the next message's end
 * @param lifetime of a session; a message that is under way then still comes to its end
 * @param verdictPatience for all verdicts of one transaction
 * @param verdictHolds how old a verdict may be at the end of a message
 * @param memoryPatience how long a message waits for its share of memory
 * @param mail the numbers of what it may send
 * @param postmaster where {@code <postmaster>} goes; null: refused
 */
public record SessionLimits(
    String hostName,
    long maxMessageBytes,
    Duration idleTimeout,
    Duration stressTimeout,
    Duration handshakeTimeout,
    Duration messageDeadline,
    Duration lifetime,
    Duration verdictPatience,
    Duration verdictHolds,
    Duration memoryPatience,
    MailLimits mail,
    @Nullable String postmaster) {

  /** Stress time-outs that a client may use up on commands between two messages under stress. */
  static final int STRESS_WAITS = 6;

  /** The same limits with another name, size, lifetime and numbers. */
  public SessionLimits of(
      String otherHostName, long otherMaxMessageBytes, Duration otherLifetime, MailLimits other) {
    return new SessionLimits(
        otherHostName,
        otherMaxMessageBytes,
        idleTimeout,
        stressTimeout,
        handshakeTimeout,
        messageDeadline,
        otherLifetime,
        verdictPatience,
        verdictHolds,
        memoryPatience,
        other,
        postmaster);
  }
}
