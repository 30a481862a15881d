package io.postern.e2e.kills;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * One replica more or less of a service, and how mail went meanwhile.
 *
 * @param took until it was ready or had ended
 * @param before messages that were told 250 in a second, in the seconds before it
 * @param after the same in the seconds after it
 * @param withoutAccepted the longest time without a 250 that it had a part in
 * @param withoutDelivered the longest time in which no peer took anything
 */
record Change(
    String replica,
    Plan.Harm what,
    Duration took,
    double before,
    double after,
    Duration withoutAccepted,
    Duration withoutDelivered) {
  /** What is looked at before and after a change: group members move in that time. */
  private static final Duration AROUND = Duration.ofSeconds(5);

  /**
   * @param accepted when each 250 came, ascending
   * @param taken when each peer took a message, ascending
   */
  static List<Change> of(List<Disruptions.Disruption> all, long[] accepted, long[] taken) {
    return all.stream()
        .filter(each -> each.harm().scales())
        .map(
            each ->
                new Change(
                    each.victim(),
                    each.harm(),
                    Duration.ofNanos(each.endNanos() - each.startNanos()),
                    rate(accepted, each.startNanos() - AROUND.toNanos()),
                    rate(accepted, each.endNanos()),
                    longest(each, accepted),
                    longest(each, taken)))
        .toList();
  }

  private static double rate(long[] times, long from) {
    return Arrays.stream(times).filter(at -> in(at, from, from + AROUND.toNanos())).count()
        / (double) AROUND.toSeconds();
  }

  /** Up to the end of the change and some seconds more; a time that reaches beyond counts whole. */
  private static Duration longest(Disruptions.Disruption change, long[] times) {
    long end = change.endNanos() + AROUND.toNanos();
    long longest = 0;
    for (int i = 1; i < times.length; i++) {
      if (times[i] - change.startNanos() > 0 && times[i - 1] - end < 0) {
        longest = Math.max(longest, times[i] - times[i - 1]);
      }
    }
    return Duration.ofNanos(longest);
  }

  private static boolean in(long at, long from, long to) {
    return at - from >= 0 && at - to < 0;
  }

  /** Whether mail went on, with no time without a 250 or a delivery that is longer than this. */
  boolean isSmooth(Duration longest) {
    return after > 0
        && withoutAccepted.compareTo(longest) < 0
        && withoutDelivered.compareTo(longest) < 0;
  }

  @Override
  public String toString() {
    return "%-24s %-18s %5.1f s; told 250 each second before %4.1f, after %4.1f; longest without a 250 %4.1f s, without a delivery %4.1f s"
        .formatted(
            replica,
            what.words(),
            seconds(took),
            before,
            after,
            seconds(withoutAccepted),
            seconds(withoutDelivered));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1_000.0;
  }
}
