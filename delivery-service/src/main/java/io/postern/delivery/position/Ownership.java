package io.postern.delivery.position;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The right of this replica to a delivery and to its final dot (docs/design/the-log.md, "Lease").
 * The delivery's thread asks for it; the reader's takes it away.
 */
@FunctionalInterface
public interface Ownership {
  /** False: nothing new of this delivery may start. */
  boolean held();

  /**
   * False: mail of its kind has all the room that it may have; it is to be handed back, untried.
   */
  default boolean room() {
    return true;
  }

  /**
   * Stands directly before the final dot's bytes are written, when all before them is flushed.
   * Waits for the lease, about a taker's wait at most. From a positive answer on the delivery is
   * past its dot, until {@link #answered}.
   *
   * @return for how long from now the dot may be written; zero: it may not be, end the connection
   */
  default Duration awaitDot() {
    return held() ? Duration.ofSeconds(5) : Duration.ZERO;
  }

  /** Handed over to the watch: what is under way may end, no further host is asked. */
  default boolean handedOver() {
    return false;
  }

  /** The host has answered the dot, or never will. */
  default void answered() {}

  /**
   * The way to end the delivery's connection from another thread; null: it has none. That of a
   * delivery that is no longer held is ended at once.
   */
  default void connection(@Nullable Runnable abort) {}
}
