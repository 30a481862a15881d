package io.postern.delivery.position;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import org.jspecify.annotations.Nullable;

/** Does one delivery on the calling (virtual) thread, for as long as its SMTP session lasts. */
@FunctionalInterface
public interface Deliverer {
  /**
   * @return what became of the recipients, without id; null when {@link Ownership#held} said no
   *     before any recipient was decided about, so that the next owner delivers
   */
  OutcomeRecorded.@Nullable Builder deliver(DeliveryRequested request, Ownership ownership)
      throws InterruptedException;
}
