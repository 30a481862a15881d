package io.postern.delivery.relay;

import io.postern.contracts.v1.DeliveryRequested;
import org.jspecify.annotations.Nullable;

/**
 * The check whether the decision behind a delivery is still in force (G3), as late as can be:
 * before MAIL FROM.
 */
@FunctionalInterface
public interface RoutingCheck {
  /** Null: yes; otherwise a sentence for the administrator. */
  @Nullable String changed(DeliveryRequested request);
}
