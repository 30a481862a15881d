package io.postern.delivery.position;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.rules.Handover;
import io.postern.log.rules.Lease;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One delivery that a thread is doing. It is before its final dot or past it; before, it can be
 * closed from outside and then never sends one; past, it can only be watched
 * (docs/design/the-log.md, "Watch and time").
 *
 * <p>Its own thread asks, the reader's thread takes away; the lease's monitor puts them in order.
 */
final class OpenDelivery implements Ownership {
  /** From handing over to the last final dot. */
  static final Duration DOT_AFTER_HANDING_OVER = Duration.ofSeconds(60);

  /** How long a session waits at its dot: a taker's wait, and until the next commit. */
  static final Duration PATIENCE = Lease.TAKER_WAIT.plusSeconds(2);

  private static final long LOOK_UP_MILLIS = 100;

  final PartitionWork work;
  final long decision;
  final DeliveryTask task;
  final long weight;
  final long startedNanos;
  final Owner owner;
  final boolean notice;
  private final boolean room;
  private final Lease lease;
  private final long readAt;
  private final TakeoverCounts counts;
  private @Nullable Handover<OutcomeRecorded.Builder> handover; // the reader's thread
  private boolean pastDot;
  private boolean everPastDot;
  private boolean closed;
  private boolean tooSlow; // the reader's thread
  private boolean handedOver;
  private long handedOverAt;
  private @Nullable Runnable abort;

  /**
   * @param decision its offset in {@code mail.deliveries}
   * @param weight bytes that it holds at most
   * @param room see {@link Ownership#room}
   */
  OpenDelivery(
      PartitionWork work,
      long decision,
      DeliveryTask task,
      long weight,
      boolean room,
      TakeoverCounts counts) {
    this.work = work;
    this.decision = decision;
    this.task = task;
    this.weight = weight;
    this.owner = work.ledger.owner();
    this.notice = task.notice();
    this.room = room;
    this.lease = work.lease;
    this.startedNanos = lease.now();
    this.readAt = request().getAttempt() <= 1 ? Lease.ANY : startedNanos;
    this.counts = counts;
  }

  DeliveryRequested request() {
    return task.request();
  }

  /** It counts in the notices' share of the window. */
  boolean inNoticeShare() {
    return notice && room;
  }

  @Override
  public boolean room() {
    return room;
  }

  @Override
  public boolean held() {
    synchronized (lease) {
      return !closed && !lease.ended();
    }
  }

  @Override
  public Duration awaitDot() {
    synchronized (lease) {
      long deadline = lease.now() + PATIENCE.toNanos();
      Duration answer = dot();
      if (answer == null) {
        counts.dotWaits.increment();
      }
      while (answer == null && lease.now() - deadline < 0) {
        try {
          lease.wait(LOOK_UP_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return Duration.ZERO;
        }
        answer = dot();
      }
      if (answer == null) {
        counts.refusedDots.increment();
        return Duration.ZERO;
      }
      return answer;
    }
  }

  /** The same without waiting; null: not now. */
  @Nullable Duration dot() {
    synchronized (lease) {
      if (!held()) {
        return Duration.ZERO;
      }
      long watchLeft = watchLeft();
      if (watchLeft <= 0) {
        closed = true;
        return Duration.ZERO;
      }
      long left = Math.min(lease.left(readAt), watchLeft);
      if (left <= 0) {
        return null;
      }
      pastDot = true;
      everPastDot = true;
      return Duration.ofNanos(left);
    }
  }

  @Override
  public boolean handedOver() {
    synchronized (lease) {
      return handedOver;
    }
  }

  @Override
  public void answered() {
    synchronized (lease) {
      pastDot = false;
    }
  }

  @Override
  public void connection(@Nullable Runnable connectionAbort) {
    synchronized (lease) {
      abort = connectionAbort;
      if (connectionAbort != null && (closed || lease.ended() && !pastDot)) {
        connectionAbort.run();
      }
    }
  }

  /**
   * No dot of it is sent any more, and its connection ends.
   *
   * @return false: it is past its dot, and goes on
   */
  boolean close() {
    synchronized (lease) {
      if (pastDot) {
        return false;
      }
      if (!closed) {
        closed = true;
        lease.notifyAll();
        if (abort != null) {
          abort.run(); // under the monitor: afterwards the connection may be another delivery's
        }
      }
      return true;
    }
  }

  /**
   * The same for one that stays in its partition, which is owed an outcome then. The reader's
   * thread.
   */
  boolean endAsTooSlow() {
    tooSlow |= close();
    return tooSlow;
  }

  boolean tooSlow() {
    return tooSlow;
  }

  boolean closed() {
    synchronized (lease) {
      return closed;
    }
  }

  /** Some of its recipients may have been delivered to. */
  boolean everPastDot() {
    synchronized (lease) {
      return everPastDot;
    }
  }

  /** Handed over to the watch; counted from before that is written. */
  void handOver(Handover<OutcomeRecorded.Builder> to) {
    handover = to;
    synchronized (lease) {
      handedOver = true;
      handedOverAt = lease.now();
    }
  }

  /** Null: it was not handed over. The reader's thread. */
  @Nullable Handover<OutcomeRecorded.Builder> handover() {
    return handover;
  }

  Duration sinceHandedOver() {
    synchronized (lease) {
      return Duration.ofNanos(handedOver ? lease.now() - handedOverAt : 0);
    }
  }

  private long watchLeft() {
    return handedOver
        ? DOT_AFTER_HANDING_OVER.toNanos() - (lease.now() - handedOverAt)
        : Long.MAX_VALUE;
  }
}
