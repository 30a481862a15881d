package io.postern.delivery.position;

import io.postern.log.rules.Chain;
import java.util.concurrent.atomic.LongAdder;

/** What lease, takeover, chain, watch and the notices' share did, for metrics. Any thread. */
public final class TakeoverCounts {
  private final LongAdder refused = new LongAdder();
  private final LongAdder waited = new LongAdder();
  private final LongAdder takerWaits = new LongAdder();
  private final LongAdder handedOver = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder takes = new LongAdder();
  private final LongAdder found = new LongAdder();
  private final LongAdder laterOwners = new LongAdder();
  private final LongAdder replays = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder cut = new LongAdder();
  private final LongAdder withoutRoom = new LongAdder();

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

  void taken() {
    takes.increment();
  }

  void found(int recipients) {
    found.add(recipients);
  }

  void laterOwner() {
    laterOwners.increment();
  }

  void cut() {
    cut.increment();
  }

  void noticeWithoutRoom() {
    withoutRoom.increment();
  }

  void skipped(Chain.Link link) {
    (link == Chain.Link.GAP ? gaps : replays).increment();
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

  /** Outcomes written as late. */
  public long lateOutcomes() {
    return late.sum();
  }

  /** Takes of partitions: at their assignment, and after a send that failed. */
  public long takes() {
    return takes.sum();
  }

  /** Recipients whose outcomes a take has found in the log, as the owners before had left them. */
  public long recipientsFound() {
    return found.sum();
  }

  /**
   * Partitions given up since the log has a later owner: above the group's generation, an alarm.
   */
  public long laterOwners() {
    return laterOwners.sum();
  }

  /** Decisions skipped, whose source was decided before. */
  public long replays() {
    return replays.sum();
  }

  /** Decisions skipped, before which one was missing. */
  public long gaps() {
    return gaps.sum();
  }

  /** Sessions that lasted and were ended, since the watch was full. */
  public long sessionsCut() {
    return cut.sum();
  }

  /** Notices handed back untried, since they had all the room that they may have. */
  public long noticesWithoutRoom() {
    return withoutRoom.sum();
  }
}
