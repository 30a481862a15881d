package io.postern.delivery.position;

import io.postern.contracts.v1.OutcomeRecorded;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each delivery, and the queue of those that have ended: all that a delivery's
 * thread does to the reader. An exception becomes an outcome, or the delivery would pin its
 * partition for ever. The reader's thread starts and takes; bounded by the deliveries that it has
 * started.
 */
final class DeliveryThreads {
  private static final Logger LOG = Logger.getLogger(DeliveryThreads.class);

  /**
   * The end of a delivery's thread.
   *
   * @param outcome null: it was closed before anything was decided
   */
  record End(OpenDelivery delivery, OutcomeRecorded.@Nullable Builder outcome) {}

  private final Deliverer deliverer;
  private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();

  DeliveryThreads(Deliverer deliverer) {
    this.deliverer = deliverer;
  }

  void start(OpenDelivery delivery) {
    Thread.ofVirtual()
        .name(delivery.request().getDeliveryId())
        .start(() -> ends.add(new End(delivery, deliver(delivery))));
  }

  /** The next end; null: none. */
  @Nullable End poll() {
    return ends.poll();
  }

  /** Waits for one; null: none came in time, or the thread was interrupted and still is. */
  @Nullable End await(Duration patience) {
    try {
      return ends.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private OutcomeRecorded.@Nullable Builder deliver(OpenDelivery delivery) {
    try {
      return deliverer.deliver(delivery.task, delivery);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "delivery %s failed", delivery.request().getDeliveryId());
      return failed(delivery, e.getClass().getSimpleName());
    } finally {
      delivery.answered();
      delivery.connection(null);
    }
  }

  static OutcomeRecorded.Builder failed(OpenDelivery delivery, String cause) {
    return Outcomes.internalError(delivery.task, "an error in the delivery service: " + cause);
  }
}
