package io.postern.delivery.position;

import io.postern.contracts.v1.OutcomeRecorded;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each delivery, and the queue of those that have ended: all that a delivery's
 * thread does to the reader. Whatever it throws is an outcome, or the delivery would pin its
 * partition for ever. The reader's thread starts and takes; bounded by what it has started.
 */
final class DeliveryThreads {
  private static final System.Logger LOG = System.getLogger(DeliveryThreads.class.getName());

  /**
   * @param outcome null: it was closed before anything was decided
   */
  record Ended(OpenDelivery delivery, OutcomeRecorded.@Nullable Builder outcome) {}

  private final Deliverer deliverer;
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();

  DeliveryThreads(Deliverer deliverer) {
    this.deliverer = deliverer;
  }

  void start(OpenDelivery delivery) {
    Thread.ofVirtual()
        .name(delivery.request.getDeliveryId())
        .start(() -> ended.add(new Ended(delivery, deliver(delivery))));
  }

  /** The next that has ended; null: none. */
  @Nullable Ended poll() {
    return ended.poll();
  }

  /** Waits for one; null: none ended in time, or the thread was interrupted and still is. */
  @Nullable Ended await(Duration patience) {
    try {
      return ended.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private OutcomeRecorded.@Nullable Builder deliver(OpenDelivery delivery) {
    try {
      OutcomeRecorded outcome = deliverer.deliver(delivery.request, delivery);
      return outcome == null
          ? null
          : Outcomes.complete(outcome.toBuilder(), delivery.request, delivery.requestedMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (RuntimeException | Error e) {
      LOG.log(
          System.Logger.Level.ERROR, "delivery " + delivery.request.getDeliveryId() + " failed", e);
      return failed(delivery, e.getClass().getSimpleName());
    } finally {
      delivery.answered();
      delivery.connection(null);
    }
  }

  static OutcomeRecorded.Builder failed(OpenDelivery delivery, String what) {
    return Outcomes.complete(
        Outcomes.failed(delivery.request, "an error in the delivery service: " + what),
        delivery.request,
        delivery.requestedMillis);
  }
}
