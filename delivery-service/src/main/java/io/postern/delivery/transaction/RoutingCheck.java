package io.postern.delivery.transaction;

import io.postern.contracts.v1.DeliveryRequested;
import org.jspecify.annotations.Nullable;

/**
 * Is the decision behind a delivery still in force (G3)? Asked as late as can be, before MAIL FROM.
 */
@FunctionalInterface
public interface RoutingCheck {
  /** Null: yes; otherwise a sentence for the administrator. */
  @Nullable String changed(DeliveryRequested request);
}
