package io.postern.api.audit;

import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;

/**
 * Record of access events in the topic {@code access.audit}. Nothing secret is recorded: no
 * password, no token, and of an unknown name only that it is unknown, since it may be a password.
 * Any thread; does not block, and never fails.
 */
public interface AccessAudit {
  /**
   * One event; its time and service are added. The same sign-in again within the minute is counted.
   */
  void record(AccessEvent.Builder event);

  /**
   * A call with a name and password, or with a provider's token.
   *
   * @param network of the client
   * @param way what the user has shown
   */
  default void signedIn(String user, String network, String way) {
    record(
        AccessEvent.newBuilder()
            .setKind(AccessEventKind.SIGNED_IN)
            .setUser(user)
            .setBy(user)
            .setClient(network)
            .setDetail(way));
  }

  /**
   * A refusal: counted, and recorded once for the minute in which it happened.
   *
   * @param user empty: no user has the name
   * @param network of the client
   * @param detail what was refused
   */
  void refused(AccessEventKind kind, String user, String network, String detail);
}
