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
 * @param messageDeadline from one message's end, or the connection, to the next message's end
 * @param verdictPatience for all verdicts of one transaction
 * @param verdictHolds how old a verdict may be at the end of a message
 * @param memoryPatience how long a message waits for its share of memory
 * @param postmaster where {@code <postmaster>} goes; null: refused
 */
public record SessionLimits(
    String hostName,
    long maxMessageBytes,
    Duration idleTimeout,
    Duration stressTimeout,
    Duration messageDeadline,
    Duration verdictPatience,
    Duration verdictHolds,
    Duration memoryPatience,
    @Nullable String postmaster) {
  /** RFC 5321 §4.5.3.1.8 asks for 100 at least. */
  public static final int RECIPIENTS = 1_000;

  /** Bad commands in one session; the last of them gets 421. */
  public static final int BAD_COMMANDS = 20;

  /** RFC 5321 §6.3: "normally at least 100"; a long way through lists and tenants is no loop. */
  public static final int RECEIVED_FIELDS = 100;

  /** Stress time-outs that a client may use up on commands between two messages under stress. */
  static final int STRESS_WAITS = 6;

  /** The least rate of a message under stress, averaged over a stress time-out. */
  static final int STRESS_OCTETS_PER_SECOND = 1024;
}
