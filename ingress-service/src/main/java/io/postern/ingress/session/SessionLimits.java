package io.postern.ingress.session;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.rules.Directory;
import io.postern.smtp.Address;
import java.time.Duration;
import java.util.Optional;
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
 * @param postmaster the operator's address, where {@code <postmaster>} goes; null: to the
 *     postmaster of our host name's domain
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
    @Nullable Address postmaster) {

  /** Stress time-outs that a client may use up on commands between two messages under stress. */
  static final int STRESS_WAITS = 6;

  /**
   * Where {@code <postmaster>} without a domain goes (RFC 5321 §4.5.1): to the operator's address,
   * else to the postmaster of the accepted domain that our host name is in.
   *
   * @return null: neither is there
   */
  @Nullable Address postmaster(Directory directory) {
    if (postmaster != null) {
      return postmaster;
    }
    for (String name = hostName; ; name = name.substring(name.indexOf('.') + 1)) {
      Optional<AcceptedDomain> domain = directory.acceptedDomain(name);
      if (domain.isPresent() || name.indexOf('.') < 0) {
        return domain.map(its -> new Address("postmaster", its.getDomain())).orElse(null);
      }
    }
  }

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
