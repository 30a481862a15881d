package io.postern.delivery.nexthop;

import java.util.List;

/** The hosts of a delivery, or why it has none. */
public sealed interface Resolution {
  /**
   * In the order in which they are to be tried; their addresses are looked up when it is their
   * turn.
   */
  record Hosts(List<MailHost> hosts) implements Resolution {}

  /**
   * Nowhere.
   *
   * @param permanent fails the recipients, otherwise they are deferred
   * @param reason of the closed list
   * @param enhanced enhanced status code (RFC 3463)
   * @param detail a sentence for the administrator
   */
  record Unroutable(boolean permanent, String reason, String enhanced, String detail)
      implements Resolution {}
}
