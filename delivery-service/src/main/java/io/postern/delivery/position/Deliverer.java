package io.postern.delivery.position;

import io.postern.contracts.v1.OutcomeRecorded;
import org.jspecify.annotations.Nullable;

/** Does one delivery on the calling (virtual) thread, for as long as its SMTP session lasts. */
@FunctionalInterface
public interface Deliverer {
  /**
   * @return {@link DeliveryTask#outcome} with each recipient's part; null when {@link
   *     Ownership#held} said no before any recipient was decided about, so that the next owner
   *     delivers
   */
  OutcomeRecorded.@Nullable Builder deliver(DeliveryTask task, Ownership ownership)
      throws InterruptedException;
}
