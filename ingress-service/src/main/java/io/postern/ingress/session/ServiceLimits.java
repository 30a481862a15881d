package io.postern.ingress.session;

import io.postern.smtp.Address;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of a session that are the same at all listeners.
 *
 * @param idleTimeout RFC 5321 §4.5.3.2.7
 * @param stressTimeout the same while sessions are nearly all taken
 * @param handshakeTimeout for a whole TLS handshake
 * @param messageDeadline from one message's end, or the connection, to the next message's end
 * @param verdictPatience for all verdicts of one transaction
 * @param verdictHolds how old a verdict may be at the end of a message
 * @param memoryPatience how long a message waits for its share of memory
 * @param promptCommands since the last accepted message, obeyed at once; see {@link CommandPace}
 * @param badCommands a session; the last of them gets 421
 * @param receivedFields a message; RFC 5321 §6.3: "normally at least 100", since a long way through
 *     lists and tenants is no loop
 * @param headerBytes of a message's header section
 * @param leastRate octets a second of a message, averaged over a minute; 0: any rate will do
 * @param leastRateUnderStress the same under stress, averaged over a stress time-out
 * @param postmaster the operator's address, where {@code <postmaster>} goes; null: to the
 *     postmaster of our host name's domain
 */
public record ServiceLimits(
    Duration idleTimeout,
    Duration stressTimeout,
    Duration handshakeTimeout,
    Duration messageDeadline,
    Duration verdictPatience,
    Duration verdictHolds,
    Duration memoryPatience,
    int promptCommands,
    int badCommands,
    int receivedFields,
    int headerBytes,
    int leastRate,
    int leastRateUnderStress,
    @Nullable Address postmaster) {

  /** Stress time-outs that a client may use up on commands between two messages under stress. */
  static final int STRESS_WAITS = 6;
}
