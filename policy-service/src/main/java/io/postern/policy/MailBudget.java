package io.postern.policy;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The budget of mails that this replica writes in a period, such as an hour, to addresses that may
 * never have asked for them: any stranger can have DSNs sent to any address (backscatter), and
 * reports to any domain. It bounds them by the domain that they go to, and in all. A stranger who
 * uses all of it up silences such mails for the rest of the period, and no others.
 *
 * <p>Periods are the clock's, so that two budgets may be used within the length of one. A mail
 * counts once, however often it is made after a failed commit. The count is the replica's memory: a
 * start, and a takeover by another replica, begin anew, which gives one more budget at most.
 * Bounded: the whole budget's mails. Owner: one thread.
 */
public final class MailBudget {
  private final long period;
  private final int total;
  private final int perDomain;
  private final LongSupplier clockMillis;
  private final Map<String, Integer> byDomain = new HashMap<>();
  private final Set<String> counted = new HashSet<>();
  private long current;

  public MailBudget(Duration period, int total, int perDomain, LongSupplier clockMillis) {
    this.period = period.toMillis();
    this.total = total;
    this.perDomain = perDomain;
    this.clockMillis = clockMillis;
  }

  /**
   * @param mail its queue id
   * @param domain that it goes to, in lower case
   * @return false: the budget is used up
   */
  public boolean take(String mail, String domain) {
    long now = Math.floorDiv(clockMillis.getAsLong(), period);
    if (now != current) {
      current = now;
      byDomain.clear();
      counted.clear();
    }
    if (counted.contains(mail)) {
      return true;
    }
    int before = byDomain.getOrDefault(domain, 0);
    if (counted.size() >= total || before >= perDomain) {
      return false;
    }
    counted.add(mail);
    byDomain.put(domain, before + 1);
    return true;
  }
}
