package io.postern.policy.tlsrpt;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The budget of report mails to the addresses of one domain in a day. A domain may name addresses
 * of another one, which never asked: with many domains of his own a stranger could so have mail
 * sent to it. RFC 8460 lets nobody check that.
 *
 * <p>A mail counts once, however often it is made after a failed commit. The count is the replica's
 * memory: a start, and a takeover, begin anew. Bounded: the mails of a day. One thread.
 */
final class MailBudget {
  static final int MOST = 1_000;

  private final Map<String, Set<String>> byDomain = new HashMap<>();
  private int day;

  /**
   * @param to the mail's recipient
   * @param today UTC, since 1970-01-01
   * @return false: the domain's budget is used up
   */
  boolean take(String queueId, String to, int today) {
    if (today != day) {
      day = today;
      byDomain.clear();
    }
    String domain = to.substring(to.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    Set<String> mails = byDomain.computeIfAbsent(domain, d -> new HashSet<>());
    return mails.contains(queueId) || mails.size() < MOST && mails.add(queueId);
  }
}
