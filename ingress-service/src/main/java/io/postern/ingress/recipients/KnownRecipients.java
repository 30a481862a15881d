package io.postern.ingress.recipients;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.ingress.recipients.RecipientQuestions.Answer;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers that count, by address. Any thread, none waits.
 *
 * <p>Whoever may send to an accepted domain can fill it with addresses of his invention, which are
 * missing or unknown: these have a quarter of the bytes, and never take the place of a mailbox that
 * exists. At about 300 bytes each, 16 MiB hold 40,000 mailboxes and 14,000 other addresses; of
 * those beyond them the least used are asked for again, and others notice that alone.
 */
final class KnownRecipients {
  private static final int OVERHEAD = 220; // entry, record, strings

  /**
   * @param sinceNanos when it was given
   */
  record Known(Answer answer, long routingVersion, long sinceNanos) {
    Existence existence() {
      return answer.existence();
    }
  }

  private final AnswerTimes times;
  private final LongSupplier clock;
  private final Cache<String, Known> existing;
  private final Cache<String, Known> others;

  /**
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  KnownRecipients(long bytes, AnswerTimes times, LongSupplier clock) {
    this.times = times;
    this.clock = clock;
    existing = cache(bytes / 4 * 3);
    others = cache(bytes / 4);
  }

  private static Cache<String, Known> cache(long bytes) {
    return Caffeine.newBuilder()
        .maximumWeight(bytes)
        .weigher(
            (String address, Known known) ->
                OVERHEAD + 2 * (address.length() + known.answer().detail().length()))
        .executor(Runnable::run)
        .build();
  }

  /** One that counts now; null: none. */
  @Nullable Known get(Mailbox mailbox) {
    Known there = existing.getIfPresent(mailbox.address());
    if (there != null && within(there, times.existing().toNanos())) {
      return there;
    }
    Known other = others.getIfPresent(mailbox.address());
    return other != null && counts(other, mailbox) ? other : null;
  }

  private boolean counts(Known other, Mailbox mailbox) {
    return other.existence() == Existence.MISSING
        ? other.routingVersion() >= mailbox.routingVersion()
            && within(other, times.missing().toNanos())
        : within(other, times.unknown().toNanos());
  }

  private boolean within(Known known, long nanos) {
    return clock.getAsLong() - known.sinceNanos() < nanos;
  }

  /** It is so old that its use makes a new question. */
  boolean dueAgain(Known known) {
    return known.existence() == Existence.EXISTS && !within(known, times.refresh().toNanos());
  }

  /**
   * @param ageNanos since it was given
   */
  void put(String address, Answer answer, long routingVersion, long ageNanos) {
    Known known = new Known(answer, routingVersion, clock.getAsLong() - ageNanos);
    switch (answer.existence()) {
      case EXISTS -> {
        existing.put(address, known);
        others.invalidate(address);
      }
      case MISSING -> {
        existing.invalidate(address);
        others.put(address, known);
      }
      case UNKNOWN -> {
        // A route that is silent for a while takes no answer back that it has given.
        Known before = others.getIfPresent(address);
        if (before == null
            || before.existence() == Existence.UNKNOWN
            || !within(before, times.missing().toNanos())) {
          others.put(address, known);
        }
      }
    }
  }

  /** Addresses, about. */
  long count() {
    return existing.estimatedSize() + others.estimatedSize();
  }
}
