package io.postern.log.rules;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.DeliveryPosition.LeaseBeginning;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The time in which a taker sends no final dot, by the position of its predecessor. On another
 * machine it is the whole {@link Lease#TAKER_WAIT}, since clocks of two machines cannot be
 * compared. Pure.
 */
public final class TakerWait {
  private TakerWait() {}

  /**
   * @param boot of this machine, as in {@link LeaseBeginning}; empty: not known
   * @param monotonicNanos of this machine
   * @param wallMillis Unix milliseconds
   */
  public static Duration of(
      DeliveryPosition position, String boot, long monotonicNanos, long wallMillis) {
    LeaseBeginning lease = position.lease();
    if (position.released() || lease == null) {
      return Duration.ZERO;
    }
    if (boot.isEmpty() || !boot.equals(lease.boot())) {
      return Lease.TAKER_WAIT;
    }
    long elapsed = monotonicNanos - lease.monotonicNanos();
    long byWall = TimeUnit.MILLISECONDS.toNanos(wallMillis - lease.wallMillis());
    // A clock may have been set: the longer wait of the two counts.
    long least = Math.min(elapsed, byWall);
    if (least < 0) {
      return Lease.TAKER_WAIT;
    }
    long left = Lease.TAKER_WAIT.toNanos() - least;
    return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
  }
}
