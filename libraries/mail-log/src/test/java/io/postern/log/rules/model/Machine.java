package io.postern.log.rules.model;

import io.postern.log.rules.SleepCountingClock;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * A machine's clocks: a rate of their own, a monotonic one that stands in sleep, a wall clock that
 * is set.
 */
final class Machine extends Clock {
  private final String name;
  private final LongSupplier world; // real milliseconds
  private final double rate;
  private final long monotonicStart;
  private long wallAhead;
  private long sleptMillis;
  private long asleepSince = -1;
  private long wakesAt;
  final SleepCountingClock later;

  Machine(String name, LongSupplier world, double rate, long monotonicStart, long wallAhead) {
    this.name = name;
    this.world = world;
    this.rate = rate;
    this.monotonicStart = monotonicStart;
    this.wallAhead = wallAhead;
    this.later = new SleepCountingClock(this::monotonicNanos, this);
  }

  /** Its boot id. */
  String name() {
    return name;
  }

  double rate() {
    return rate;
  }

  long monotonicNanos() {
    long awake = (asleepSince >= 0 ? asleepSince : world.getAsLong()) - sleptMillis;
    return monotonicStart + (long) (awake * rate * 1e6);
  }

  @Override
  public long millis() {
    return (long) (world.getAsLong() * rate) + wallAhead;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis() + 1_000_000_000L);
  }

  /**
   * Not in its sleep, and not before a replica has looked at the time after it: set back by as much
   * as it slept, neither clock would show that it did.
   */
  void set(long byMillis) {
    if (!asleep()) {
      var unused = later.getAsLong();
      wallAhead += byMillis;
    }
  }

  /**
   * Not before a replica has looked at the time after it was set: a clock that was set back would
   * hide as much of the sleep. Delivery looks with each poll; a step back and a sleep between two
   * looks are a limit of the rules (docs/design/the-log.md).
   */
  void sleepUntil(long time) {
    if (asleepSince < 0) {
      var unused = later.getAsLong();
      asleepSince = world.getAsLong();
      wakesAt = time;
    }
  }

  boolean asleep() {
    return asleepSince >= 0;
  }

  void wakeWhenDue() {
    if (asleepSince >= 0 && world.getAsLong() >= wakesAt) {
      wake();
    }
  }

  void wake() {
    if (asleepSince >= 0) {
      sleptMillis += world.getAsLong() - asleepSince;
      asleepSince = -1;
    }
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
