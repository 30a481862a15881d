package io.postern.ingress.recipients;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.ingress.source.Source;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bound of the questions that one source has asked within a minute about mailboxes that do not
 * exist, or has not had an answer to: a dictionary attack costs the mailbox host and the log no
 * more. A question about a mailbox that exists, or of which nobody said, is given back.
 *
 * <p>Anybody who connects can fill it: {@value #SOURCES} sources, about 1 MiB; beyond them the
 * count of one is forgotten, and the bounds of the domain are left ({@link OpenQuestions}). Others
 * notice nothing; honest clients at the same address get a 451 for recipients that are not known
 * yet. Any thread, none waits.
 */
public final class SourceQuestions {
  private static final int SOURCES = 10_000;
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final int most;
  private final Cache<Source, AtomicInteger> counts;

  public SourceQuestions(int most) {
    this(most, Ticker.systemTicker());
  }

  SourceQuestions(int most, Ticker ticker) {
    this.most = most;
    counts =
        Caffeine.newBuilder()
            .maximumSize(SOURCES)
            .expireAfterWrite(PERIOD) // of the first one: a count is not written again
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  /** False: this source may not ask now. */
  public boolean take(Source source) {
    AtomicInteger count = counts.get(source, _ -> new AtomicInteger());
    if (count.incrementAndGet() <= most) {
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  /** The answer was none of a dictionary attack's. */
  public void giveBack(Source source) {
    AtomicInteger count = counts.getIfPresent(source);
    if (count != null) {
      count.updateAndGet(n -> Math.max(0, n - 1)); // of the minute before
    }
  }
}
