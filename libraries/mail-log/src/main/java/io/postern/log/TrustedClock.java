package io.postern.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The machine's wall clock, unless it jumps by more than a quarter of an hour: then the time that
 * it showed before, and what has passed since by a clock that nobody sets, until the two agree
 * again, however long that takes. So a clock that is wrong ends no message and decides about no
 * certificate: an NTP client that slews leaves a false time for days. A process that begins takes
 * the wall clock as it is: after a jump to the right time, as after a pause of a virtual machine,
 * the services are restarted. A line in the log says so at the jump and each hour while it lasts.
 * Smaller steps are taken at once. Any thread.
 */
public final class TrustedClock implements InstantSource {
  /** A larger step is a jump. */
  public static final Duration MOST = Duration.ofMinutes(15);

  private static final Logger LOG = Logger.getLogger(TrustedClock.class);
  private static final Duration LOGGED_EVERY = Duration.ofHours(1);
  private static final long SLEEP_MILLIS = 1_000;
  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final TrustedClock OF_THE_MACHINE =
      new TrustedClock(
          InstantSource.system(), System::nanoTime, TrustedClock::sinceTheMachinesStart);

  private final InstantSource wall;
  private final LongSupplier steady;
  private final LongSupplier sinceStart;
  private long rightMillis; // of the wall clock, when it was last trusted; guarded by this
  private long rightNanos; // steady, then; the same
  private long asleepNanos; // since the machine's start less steady, then; the same
  private long jumpMillis; // 0: none; the same
  private long loggedNanos; // steady, when the log had its last line about it; the same
  private long farthestMillis; // of the wall clock, ever; the same

  /**
   * @param steady nanoseconds; it may stand while the machine sleeps
   * @param sinceStart nanoseconds by a clock that also counts sleep, as exact as a second; 0: there
   *     is none, and a sleep is a jump
   */
  public TrustedClock(InstantSource wall, LongSupplier steady, LongSupplier sinceStart) {
    this.wall = wall;
    this.steady = steady;
    this.sinceStart = sinceStart;
    this.rightMillis = wall.millis();
    this.rightNanos = steady.getAsLong();
    this.asleepNanos = sinceStart.getAsLong() - rightNanos;
    this.farthestMillis = rightMillis;
  }

  /** That of this process: a machine has one clock. */
  public static TrustedClock ofTheMachine() {
    return OF_THE_MACHINE;
  }

  @Override
  public long millis() {
    return trusted(wall.millis());
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  /**
   * The time in place of one that the wall clock has just shown.
   *
   * @param wallMillis a reading of the wall clock, seconds old at most
   */
  public synchronized long trusted(long wallMillis) {
    long now = steady.getAsLong();
    long expected = rightMillis + (now - rightNanos) / 1_000_000;
    if (Math.abs(wallMillis - expected) > MOST.toMillis()) {
      expected += Math.max(0, (sinceStart.getAsLong() - now - asleepNanos) / 1_000_000);
    }
    farthestMillis = Math.max(farthestMillis, wallMillis);
    long jump = wallMillis - expected;
    if (Math.abs(jump) <= MOST.toMillis()) {
      if (jumpMillis != 0) {
        LOG.info("This machine's clock shows the expected time again");
      }
      if (Math.abs(wallMillis - rightMillis - (now - rightNanos) / 1_000_000) > SLEEP_MILLIS) {
        asleepNanos = sinceStart.getAsLong() - now; // it may have slept
      }
      jumpMillis = 0;
      rightMillis = wallMillis;
      rightNanos = now;
      return wallMillis;
    }
    if (jumpMillis == 0 || now - loggedNanos >= LOGGED_EVERY.toNanos()) {
      LOG.error(problem(jump));
      loggedNanos = now;
    }
    jumpMillis = jump;
    return expected;
  }

  /** By how much the wall clock has jumped and is not trusted, negative: back; zero: it is. */
  public Duration jump() {
    long read = wall.millis();
    synchronized (this) {
      var unused = trusted(read);
      return Duration.ofMillis(jumpMillis);
    }
  }

  /** A sentence for an operator; null: the wall clock is trusted. */
  public @Nullable String problem() {
    Duration jump = jump();
    return jump.isZero() ? null : problem(jump.toMillis());
  }

  private static String problem(long jumpMillis) {
    return "this machine's clock has jumped %s by %d minutes and is not used: set it right (NTP); if the new time is right, restart the services"
        .formatted(jumpMillis > 0 ? "forward" : "back", Math.abs(jumpMillis) / 60_000);
  }

  /**
   * Whether the wall clock is trusted, and more than a quarter of an hour behind a time that it has
   * shown: what waits by it, as Kafka's clients do, now waits so much longer.
   */
  public boolean isBack() {
    long read = wall.millis();
    synchronized (this) {
      var unused = trusted(read);
      return jumpMillis == 0 && farthestMillis - read > MOST.toMillis();
    }
  }

  private static long sinceTheMachinesStart() {
    try {
      String text = Files.readString(UPTIME);
      return (long) (Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1e9);
    } catch (IOException | RuntimeException e) {
      return 0; // not Linux
    }
  }
}
