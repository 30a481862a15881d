package io.postern.policy;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The budget of messages that this replica writes in a period, such as an hour, to addresses that
 * may never have asked for them: any client can have DSNs sent to any address (backscatter), and
 * reports to any domain. It bounds them by the domain that they go to, and in all. A client that
 * uses all of it up silences such messages for the rest of the period, and no others.
 *
 * <p>Periods are the clock's, so that two budgets may be used within the length of one. A message
 * counts once, however often it is made after a failed commit. The count is the replica's memory: a
 * start, and a takeover by another replica, begin anew, which gives one more budget at most. It
 * keeps what it has counted in the period. Owner: one thread.
 */
public final class MailBudget {
  private final long period;
  private final int total;
  private final int perDomain;
  private final LongSupplier clockMillis;
  private final Map<String, Integer> byDomain = new HashMap<>();
  private final Set<String> counted = new HashSet<>();
  private long current;

  /**
   * @param total {@link Integer#MAX_VALUE}: only the domain's part is bounded, as of reports, whose
   *     domains are those of the day's sessions
   */
  public MailBudget(Duration period, int total, int perDomain, LongSupplier clockMillis) {
    this.period = period.toMillis();
    this.total = total;
    this.perDomain = perDomain;
    this.clockMillis = clockMillis;
  }

  /**
   * @param mail the message's queue id
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
