package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ScheduleEntryOrBuilder;
import java.time.Duration;
import java.util.List;

/**
 * The times of attempts, notices and holds (docs/design/architecture.md, "Time"). Immutable, and a
 * pure function of its arguments: recipients of one message stay together, and a replay gives the
 * same times.
 *
 * @param intervals after the first, second, ... attempt; the last repeats
 * @param daneIntervals the same where the last attempt failed by DANE
 * @param delayNotice age at which the sender gets a notice of the delay
 * @param holdLimit longest hold
 * @param watch for as long the scheduler waits for a delivery that was handed over
 *     (docs/design/the-log.md, "Watch and time"); its owner may send the final dot for 60 s
 */
public record ScheduleTimes(
    List<Duration> intervals,
    List<Duration> daneIntervals,
    Duration delayNotice,
    Duration holdLimit,
    Duration watch) {
  /** The 60 s in which the owner may send its final dot, and a margin. */
  private static final Duration SHORTEST_WATCH = Duration.ofSeconds(75);

  public static final ScheduleTimes DEFAULT =
      new ScheduleTimes(
          List.of(
              Duration.ofMinutes(1),
              Duration.ofMinutes(5),
              Duration.ofMinutes(15),
              Duration.ofMinutes(30),
              Duration.ofHours(1)),
          List.of(Duration.ofMinutes(15), Duration.ofMinutes(15), Duration.ofHours(1)),
          Duration.ofHours(4),
          Duration.ofDays(14),
          Duration.ofSeconds(60 + 600 + 30));

  private static final List<Duration> HAND_BACKS =
      List.of(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(30));
  // A tenth to either side.
  private static final int SPREAD_PER_MILLE = 100;

  public ScheduleTimes {
    intervals = checked("intervals", intervals);
    daneIntervals = checked("dane-intervals", daneIntervals);
    positive("delay-notice", delayNotice);
    positive("hold-limit", holdLimit);
    if (watch.compareTo(SHORTEST_WATCH) < 0) {
      throw new IllegalArgumentException(
          "postern.schedule.watch is "
              + watch
              + ", and the owner of a delivery may take 60 s to finish its message, which would "
              + "then be sent twice: write 60 s + timeout.end of delivery-service + 15 s or "
              + "more, at least "
              + SHORTEST_WATCH.toSeconds()
              + "s");
    }
    if (holdLimit.compareTo(Topics.LONGEST_HOLD) > 0) {
      throw new IllegalArgumentException(
          "postern.schedule.hold-limit is "
              + holdLimit
              + ", and content is kept for holds of at most "
              + Topics.LONGEST_HOLD.toDays()
              + " days: write 14d or less");
    }
  }

  /**
   * From now to the next attempt, after one that failed for now.
   *
   * @param entry of the attempt that failed, which its tries include
   */
  long untilNextMillis(QueueId queueId, ScheduleEntryOrBuilder entry, String reason) {
    List<Duration> times =
        reason.startsWith(Reasons.DANE_PREFIX) || reason.equals(Reasons.DNSSEC_INVALID)
            ? daneIntervals
            : intervals;
    long interval = times.get(Math.clamp(entry.getTries() - 1, 0, times.size() - 1)).toMillis();
    return interval + interval * spread(queueId, entry.getAttempt()) / 1000;
  }

  /**
   * The shortest wait of a delivery that was handed back without being tried, for the n-th time in
   * a row (docs/design/the-log.md, "Directory").
   */
  public long handBackMillis(int inARow) {
    return HAND_BACKS.get(Math.clamp(inARow - 1, 0, HAND_BACKS.size() - 1)).toMillis();
  }

  /** In thousandths of the interval: -100 to 100. */
  private static long spread(QueueId queueId, int attempt) {
    long hash = 0xcbf29ce484222325L; // FNV-1a
    String text = queueId.value();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ attempt) * 0x9e3779b97f4a7c15L;
    hash ^= hash >>> 32;
    return Math.floorMod(hash, 2L * SPREAD_PER_MILLE + 1) - SPREAD_PER_MILLE;
  }

  private static List<Duration> checked(String key, List<Duration> times) {
    if (times.isEmpty()) {
      throw new IllegalArgumentException(
          "postern.schedule." + key + " is empty: write times such as 1m,5m,15m,30m,1h");
    }
    times.forEach(time -> positive(key, time));
    return List.copyOf(times);
  }

  private static void positive(String key, Duration time) {
    if (!time.isPositive()) {
      throw new IllegalArgumentException(
          "postern.schedule." + key + " has " + time + ": write a time above 0, such as 15m");
    }
  }
}
