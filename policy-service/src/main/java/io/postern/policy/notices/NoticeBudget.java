package io.postern.policy.notices;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The budget of DSNs that this replica writes in an hour to senders that no certificate or address
 * has proved: any stranger can have them sent to any address (backscatter). It bounds them by the
 * domain that they go to, and in all. A stranger who uses all of it up silences DSNs to unproved
 * senders for the rest of the hour, and no others.
 *
 * <p>An hour begins with the clock's, so that two budgets may be used within one. A DSN counts
 * once, however often it is made after a failed commit. The count is the replica's memory: a start,
 * and a takeover by another replica, begin anew, which gives one more budget at most. Bounded: the
 * whole budget's DSNs. Owner: the notice writer's thread.
 */
final class NoticeBudget {
  private static final long HOUR = 3_600_000;

  private final int total;
  private final int perDomain;
  private final LongSupplier clockMillis;
  private final Map<String, Integer> byDomain = new HashMap<>();
  private final Set<String> counted = new HashSet<>();
  private long hour;

  NoticeBudget(int total, int perDomain, LongSupplier clockMillis) {
    this.total = total;
    this.perDomain = perDomain;
    this.clockMillis = clockMillis;
  }

  /**
   * @param dsn its queue id
   * @param domain that it goes to, in lower case
   * @return false: the budget is used up
   */
  boolean take(String dsn, String domain) {
    long now = Math.floorDiv(clockMillis.getAsLong(), HOUR);
    if (now != hour) {
      hour = now;
      byDomain.clear();
      counted.clear();
    }
    if (counted.contains(dsn)) {
      return true;
    }
    int before = byDomain.getOrDefault(domain, 0);
    if (counted.size() >= total || before >= perDomain) {
      return false;
    }
    counted.add(dsn);
    byDomain.put(domain, before + 1);
    return true;
  }
}
