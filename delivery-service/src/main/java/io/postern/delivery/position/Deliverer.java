package io.postern.delivery.position;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import org.jspecify.annotations.Nullable;

/** Does one delivery on the calling (virtual) thread, for as long as its SMTP session lasts. */
@FunctionalInterface
public interface Deliverer {
  /** What a delivery failed with that no rule foresees; an error log says more. */
  String INTERNAL_ERROR = "internal-error";

  /** Before the final dot it was not provable that the delivery is ours; nobody has it. */
  String OWNERSHIP_UNPROVEN = "ownership-unproven";

  /** Watched, and not at its final dot in time. */
  String TOO_SLOW = "too-slow";

  /**
   * @return what became of the recipients, without id; null when {@link Ownership#held} said no
   *     before any recipient was decided about, so that the next owner delivers
   */
  @Nullable OutcomeRecorded deliver(DeliveryRequested request, Ownership ownership)
      throws InterruptedException;
}
