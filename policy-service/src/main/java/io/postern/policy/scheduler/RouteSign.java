package io.postern.policy.scheduler;

/**
 * What the end of an attempt says of the route for which the message rested; a later one outweighs.
 */
enum RouteSign {
  /** Handed back, handed over to the watch, or no host was reached. */
  REFUSED,
  /** It goes by another route, or was decided without one. */
  MOVED,
  /** A host of the route has answered, after the attempt was handed over to the watch. */
  ANSWERED_LATE,
  /** A host of the route has answered. */
  ANSWERED
}
