package io.postern.ingress.session;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.rules.Directory;
import io.postern.smtp.Address;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of one session: what its listener may have of its own, and what all have.
 *
 * @param hostName our name in greeting and trace
 * @param maxMessageBytes RFC 1870
 * @param lifetime of a session; a message that is under way then still comes to its end
 * @param messages a session (RFC 9422 §4.1)
 * @param messagesPerMinutePerNetwork of clients that no connector proves, counted for all sessions
 *     of this replica; 0: any number
 * @param recipients a message; RFC 5321 §4.5.3.1.8 asks for 100 at least
 * @param service at all listeners
 */
public record SessionLimits(
    String hostName,
    long maxMessageBytes,
    Duration lifetime,
    int messages,
    int messagesPerMinutePerNetwork,
    int recipients,
    ServiceLimits service) {

  /**
   * Where {@code <postmaster>} without a domain goes (RFC 5321 §4.5.1): to the operator's address,
   * else to the postmaster of the accepted domain that our host name is in.
   *
   * @return null: neither is there
   */
  @Nullable Address postmaster(Directory directory) {
    if (service.postmaster() != null) {
      return service.postmaster();
    }
    for (String name = hostName; ; name = name.substring(name.indexOf('.') + 1)) {
      Optional<AcceptedDomain> domain = directory.acceptedDomain(name);
      if (domain.isPresent() || name.indexOf('.') < 0) {
        return domain.map(its -> new Address("postmaster", its.getDomain())).orElse(null);
      }
    }
  }
}
