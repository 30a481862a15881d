package io.postern.delivery.destination;

/**
 * What a delivery says when it wants a slot: where to, whose mail it is, its connector's limits.
 *
 * @param destination its name: a route, or a host's address
 * @param organization whose mail it is; in a line organizations take turns
 * @param limits of the connector alone
 */
public record SlotRequest(String destination, String organization, Limits limits) {
  /**
   * Limits beside those of the settings, of the whole group of replicas; 0: none.
   *
   * @param connections at a time
   * @param messagesPerMinute deliveries that begin
   */
  public record Limits(int connections, int messagesPerMinute) {
    public static final Limits NONE = new Limits(0, 0);
  }

  public static SlotRequest of(String destination, String organization) {
    return new SlotRequest(destination, organization, Limits.NONE);
  }

  /**
   * Of a connector. One with limits of its own has the destination for itself, so that they hold
   * nobody else's mail up (G8), and nobody else's mail uses them up.
   */
  public static SlotRequest of(String route, String organization, String connector, Limits limits) {
    return limits.equals(Limits.NONE)
        ? of(route, organization)
        : new SlotRequest(route + " by " + organization + "/" + connector, organization, limits);
  }
}
