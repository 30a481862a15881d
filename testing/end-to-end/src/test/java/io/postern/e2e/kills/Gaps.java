package io.postern.e2e.kills;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How long senders got no 250 while something happened, by what it was.
 *
 * @param all what happened
 * @param accepted when each 250 came, or nobody wanted one, ascending; both by System.nanoTime
 */
record Gaps(List<Disruptions.Disruption> all, long[] accepted) {
  /**
   * @param times how often it happened
   * @param longestMillis without a 250 in all
   */
  record Gap(int times, long longestMillis) {
    private Gap and(Gap other) {
      return new Gap(times + other.times, Math.max(longestMillis, other.longestMillis));
    }
  }

  /** By kind of victim and harm; of several victims at once it is one. */
  Map<String, Gap> rows() {
    Map<String, Gap> rows = new TreeMap<>();
    together()
        .forEach(
            victims -> {
              Disruptions.Disruption first = victims.getFirst();
              rows.merge(what(victims), new Gap(1, longest(first)), Gap::and);
            });
    return rows;
  }

  /** Those of one event have one beginning. */
  private List<List<Disruptions.Disruption>> together() {
    return new ArrayList<>(
        all.stream().collect(Collectors.groupingBy(Disruptions.Disruption::startNanos)).values());
  }

  private static String what(List<Disruptions.Disruption> victims) {
    String harm = victims.getFirst().harm().words();
    long brokers = victims.stream().filter(each -> Disruptions.isLog(each.victim())).count();
    if (victims.getFirst().harm() == Plan.Harm.MOVED_LEADERS
        || victims.size() > 2
        || brokers == victims.size() && brokers > 1) {
      return (brokers == 2 && victims.size() == 2 ? "two brokers " : "") + harm;
    }
    return (brokers == 1 ? "a broker " : victims.getFirst().victim().replaceAll("-\\d$", "") + " ")
        + harm;
  }

  /** Of the times between two 250s, the longest that it had a part in. */
  private long longest(Disruptions.Disruption one) {
    int from = Math.max(0, insertion(one.startNanos()) - 1);
    int to = Math.min(accepted.length - 1, insertion(one.endNanos()));
    long longest = 0;
    for (int i = from; i < to; i++) {
      longest = Math.max(longest, accepted[i + 1] - accepted[i]);
    }
    return longest / 1_000_000;
  }

  private int insertion(long nanos) {
    int at = Arrays.binarySearch(accepted, nanos);
    return at < 0 ? -at - 1 : at;
  }
}
