package io.postern.delivery.relay;

import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.Phase;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.destination.SlotRequest;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.SessionKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The slots of addresses that one delivery takes, where recipients' domains chose the addresses: a
 * host that hangs does so for all domains that name it. Owner: the delivery's thread.
 */
final class AddressTurns {
  private final Attempt attempt;
  private final Ownership ownership;
  private final @Nullable Destinations addresses; // null: an administrator chose them
  private long waitedNanos;

  /**
   * @param addresses null: no slot is needed
   */
  AddressTurns(Attempt attempt, Ownership ownership, @Nullable Destinations addresses) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.addresses = addresses;
  }

  /** The wait for slots, which other domains' mail may have had. */
  Duration waited() {
    return Duration.ofNanos(waitedNanos);
  }

  Turn of(SessionKey key) {
    return new Turn(key);
  }

  /** The right to have a session with an address. */
  final class Turn {
    private final SessionKey key;
    private @Nullable Slot slot; // null: not begun, over, or none is needed
    private boolean begun;

    private Turn(SessionKey key) {
      this.key = key;
    }

    SessionKey key() {
      return key;
    }

    boolean begun() {
      return begun;
    }

    /**
     * Waits for a slot.
     *
     * @return why there is none; null: it is begun
     */
    @Nullable Admission begin() throws InterruptedException {
      Destinations slots = addresses;
      if (slots != null) {
        long since = System.nanoTime();
        attempt.clock().begin(Phase.HOST_SLOT);
        Admission admission = slots.acquire(slotRequest(), attempt.task().notice(), ownership);
        attempt.clock().end();
        waitedNanos += System.nanoTime() - since;
        if (!(admission instanceof Admission.Grant(Slot granted))) {
          return admission;
        }
        slot = granted;
      }
      begun = true;
      return null;
    }

    /** Where that needs no wait; once it is begun it stays so. */
    boolean tryBegin() {
      Destinations slots = addresses;
      if (!begun && slots != null) {
        slot = slots.tryAcquire(slotRequest(), attempt.task().notice(), ownership);
      }
      begun |= slots == null || slot != null;
      return begun;
    }

    void end(Feedback learnt) {
      Slot ended = slot;
      slot = null;
      if (ended != null && addresses != null) {
        addresses.release(ended, learnt, "");
      }
    }

    private SlotRequest slotRequest() {
      return SlotRequest.of(key.target().place(), attempt.request().getOrganization());
    }
  }
}
