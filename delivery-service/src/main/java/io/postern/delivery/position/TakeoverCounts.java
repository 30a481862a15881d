package io.postern.delivery.position;

import java.util.concurrent.atomic.LongAdder;

/** What lease, takeover and watch did, for metrics. Any thread. */
public final class TakeoverCounts {
  private final LongAdder refused = new LongAdder();
  private final LongAdder waited = new LongAdder();
  private final LongAdder takerWaits = new LongAdder();
  private final LongAdder handedOver = new LongAdder();
  private final LongAdder late = new LongAdder();

  void refused() {
    refused.increment();
  }

  void waited() {
    waited.increment();
  }

  void takerWaits() {
    takerWaits.increment();
  }

  void handedOver() {
    handedOver.increment();
  }

  void late() {
    late.increment();
  }

  /** Final dots that were not sent, since the delivery was not provably ours in time. */
  public long leasesRefused() {
    return refused.sum();
  }

  /** Final dots that waited for the lease. */
  public long dotsThatWaited() {
    return waited.sum();
  }

  /** Partitions taken whose owner before had not released them. */
  public long takersThatWaited() {
    return takerWaits.sum();
  }

  /** Deliveries handed over to the scheduler's watch. */
  public long deliveriesHandedOver() {
    return handedOver.sum();
  }

  /** Outcomes marked late. */
  public long lateOutcomes() {
    return late.sum();
  }
}
