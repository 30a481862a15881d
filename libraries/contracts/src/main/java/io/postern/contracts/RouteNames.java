package io.postern.contracts;

/**
 * The kinds of next hops by their route's name (docs/design/connectors.md, "Choice of a
 * connector"). Pure.
 */
public final class RouteNames {
  /** Before the host and port of a mailbox route. */
  public static final String MAILBOX = "mailbox:";

  private RouteNames() {}

  /**
   * Of a mailbox route: its host is our own and is found by its address, never by MX.
   *
   * @param route as NextHop has it
   */
  public static boolean isMailbox(String route) {
    return route.startsWith(MAILBOX);
  }
}
