package io.postern.ingress.recipients;

import io.postern.ingress.recipients.RecipientQuestions.Answer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The questions in flight, one an address, each until its answer or the end of its life.
 *
 * <p>Whoever may send to an accepted domain can fill it, by the bound of his address ({@link
 * io.postern.ingress.bounds.SourceBound}): beyond {@value #MOST_OF_DOMAIN} of a domain and {@value
 * #MOST} in all (at 700 bytes: 7 MiB) there is no further question, and a recipient whose mailbox
 * is not known is unknown; nobody waits. Any thread, none waits.
 */
final class OpenQuestions {
  static final int MOST = 10_000;
  static final int MOST_OF_DOMAIN = 1_000;

  /** One of them. */
  static final class Open {
    final CompletableFuture<Answer> answer = new CompletableFuture<>();
    final long endNanos;
    private final String domain;

    private Open(String domain, long endNanos) {
      this.domain = domain;
      this.endNanos = endNanos;
    }
  }

  /**
   * @param fresh the caller must send the question
   */
  record Entry(Open open, boolean fresh) {}

  private final long lifeNanos;
  private final LongSupplier clock;
  private final Map<String, Open> open = new LinkedHashMap<>(); // oldest first: all live as long
  private final Map<String, Integer> ofDomain = new HashMap<>();

  OpenQuestions(long lifeNanos, LongSupplier clock) {
    this.lifeNanos = lifeNanos;
    this.clock = clock;
  }

  /** Null: there are too many. */
  synchronized @Nullable Entry enter(String address, String domain) {
    long now = clock.getAsLong();
    forget(now);
    Open there = open.get(address);
    if (there != null) {
      return new Entry(there, false);
    }
    if (open.size() >= MOST || ofDomain.getOrDefault(domain, 0) >= MOST_OF_DOMAIN) {
      return null;
    }
    Open fresh = new Open(domain, now + lifeNanos);
    open.put(address, fresh);
    ofDomain.merge(domain, 1, Integer::sum);
    return new Entry(fresh, true);
  }

  /** It came, or the question could not be sent. */
  void answered(String address, Answer answer) {
    Open there;
    synchronized (this) {
      there = open.remove(address);
      if (there != null) {
        left(there);
      }
    }
    if (there != null) {
      there.answer.complete(answer);
    }
  }

  private void forget(long now) {
    Iterator<Open> each = open.values().iterator();
    while (each.hasNext()) {
      Open oldest = each.next();
      if (oldest.endNanos - now > 0) {
        return;
      }
      each.remove();
      left(oldest);
    }
  }

  private void left(Open gone) {
    ofDomain.computeIfPresent(gone.domain, (_, count) -> count == 1 ? null : count - 1);
  }

  synchronized int count() {
    forget(clock.getAsLong());
    return open.size();
  }
}
