package io.postern.certificate.revocation;

import io.postern.certificate.revocation.FetchException.Kind;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What is in use of what issuers publish, each by its source. Verified before it is kept; used
 * until nextUpdate and never beyond; fetched again before that, so that no mail waits for it.
 *
 * <p>One fetch at a time from a source; who asks meanwhile waits for it. A source that failed is
 * left alone for the failure memory, so that not every mail waits, and is asked again by the first
 * question after that. At most {@value #MOST} are known at a time; what was not asked for in a day
 * is forgotten.
 *
 * <p>Any thread. {@link #refresh} is called every second by one.
 */
final class PublishedStore<T extends Published> {
  static final int MOST = 10_000;
  private static final Logger LOG = Logger.getLogger(PublishedStore.class);
  private static final Duration FORGET_AFTER = Duration.ofDays(1);
  private static final int LAST_PART = 4;
  private static final Duration SOON = Duration.ofSeconds(1);

  /** What the store has for a question. */
  sealed interface Answer<T extends Published> permits Held, Failed {}

  /** It is current, and by whom it should be. */
  record Held<T extends Published>(T published) implements Answer<T> {}

  /**
   * @param last what is not current any more, if there is something
   * @param retryAt when the source will be asked again
   * @param wrongSigner something is there, and somebody else has signed it
   */
  record Failed<T extends Published>(
      RevocationStatus status,
      String detail,
      @Nullable T last,
      Instant retryAt,
      boolean wrongSigner)
      implements Answer<T> {}

  private static final class Entry<T extends Published> {
    final Source<T> source;
    // Guarded by the entry.
    boolean loaded;
    @Nullable T published;
    Instant fetchedAt = Instant.EPOCH;
    Instant usedAt = Instant.EPOCH;
    @Nullable Failed<T> failure;
    @Nullable CompletableFuture<Answer<T>> flight;

    Entry(Source<T> source) {
      this.source = source;
    }
  }

  private final RevocationSettings settings;
  private final InstantSource clock;
  private final Consumer<String> fetchCounter;
  private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();

  /**
   * @param fetchCounter is told each fetch's result: "ok" or why it failed
   */
  PublishedStore(RevocationSettings settings, InstantSource clock, Consumer<String> fetchCounter) {
    this.settings = settings;
    this.clock = clock;
    this.fetchCounter = fetchCounter;
  }

  /** What the source has, at the latest when {@code giveUp} has come. */
  Answer<T> current(Source<T> source, Instant giveUp) throws InterruptedException {
    Entry<T> entry = entries.computeIfAbsent(source.name(), _ -> new Entry<>(source));
    CompletableFuture<Answer<T>> flight;
    Instant now = clock.instant();
    synchronized (entry) {
      load(entry);
      entry.usedAt = now;
      if (entry.published != null && entry.published.currentAt(now)) {
        return new Held<>(entry.published);
      }
      if (entry.flight == null && entry.failure != null && now.isBefore(entry.failure.retryAt())) {
        return entry.failure;
      }
      flight = flight(entry);
    }
    long patience = Math.max(0, Duration.between(now, giveUp).toNanos());
    try {
      return flight.get(patience, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Failed<>(
          RevocationStatus.UNREACHABLE,
          source.what() + " was not there in time",
          null,
          now.plus(SOON),
          false);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  // In the entry's lock.
  private void load(Entry<T> entry) {
    if (entry.loaded) {
      return;
    }
    entry.loaded = true;
    Source.Kept<T> kept = entry.source.kept();
    if (kept != null) {
      entry.published = kept.published();
      entry.fetchedAt = kept.fetchedAt();
    }
  }

  // In the entry's lock.
  private CompletableFuture<Answer<T>> flight(Entry<T> entry) {
    if (entry.flight != null) {
      return entry.flight;
    }
    CompletableFuture<Answer<T>> flight = new CompletableFuture<>();
    entry.flight = flight;
    Thread.ofVirtual()
        .name("revocation-fetch")
        .start(
            () -> {
              try {
                flight.complete(land(entry));
              } catch (Throwable e) {
                synchronized (entry) {
                  entry.flight = null;
                }
                flight.completeExceptionally(e);
                LOG.error("a fetch of what an issuer publishes failed unexpectedly", e);
              }
            });
    return flight;
  }

  private Answer<T> land(Entry<T> entry) {
    T fetched = null;
    String detail = "";
    Kind kind = null;
    try {
      fetched = entry.source.fetch(held(entry), clock.instant());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      detail = "interrupted";
      kind = Kind.UNREACHABLE;
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s could not be read", entry.source.what());
      detail = entry.source.what() + " could not be read";
      kind = Kind.GARBAGE;
    } catch (FetchException e) {
      detail = String.valueOf(e.getMessage());
      kind = e.kind();
    }
    Instant now = clock.instant();
    if (fetched != null && !fetched.currentAt(now)) {
      kind = Kind.STALE;
      detail = fetched.stale(entry.source.what(), now);
    }
    fetchCounter.accept(
        kind == null ? "ok" : kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    synchronized (entry) {
      entry.flight = null;
      if (fetched != null && kind == null) {
        // A server that falls back to something older does not undo what is newer.
        if (entry.published == null
            || !fetched.thisUpdate().isBefore(entry.published.thisUpdate())) {
          entry.published = fetched;
        }
        entry.fetchedAt = now;
        entry.failure = null;
        return new Held<>(entry.published);
      }
      T last = fetched != null ? fetched : entry.published;
      entry.failure =
          new Failed<>(
              kind == Kind.STALE ? RevocationStatus.STALE : RevocationStatus.UNREACHABLE,
              detail,
              last,
              // Too busy to ask is no failure of the endpoint's.
              now.plus(kind == Kind.BUSY ? SOON : settings.failureMemory()),
              kind == Kind.WRONG_SIGNER);
      return entry.published != null && entry.published.currentAt(now)
          ? new Held<>(entry.published)
          : entry.failure;
    }
  }

  private static <T extends Published> @Nullable T held(Entry<T> entry) {
    synchronized (entry) {
      return entry.published;
    }
  }

  /** Starts the fetches that are due and forgets what nobody asks for. */
  public void refresh() {
    Instant now = clock.instant();
    for (Entry<T> entry : entries.values()) {
      synchronized (entry) {
        if (entry.usedAt.isBefore(now.minus(FORGET_AFTER)) && entry.flight == null) {
          entries.remove(entry.source.name());
        } else if (refreshDue(entry, now)) {
          flight(entry);
        }
      }
    }
    forgetOldest();
  }

  private boolean refreshDue(Entry<T> entry, Instant now) {
    T published = entry.published;
    if (published == null || entry.flight != null || !published.currentAt(now)) {
      return false;
    }
    Failed<T> failure = entry.failure;
    if (failure != null && now.isBefore(failure.retryAt())) {
      return false;
    }
    Instant next = published.nextUpdate();
    if (next == null) {
      return false;
    }
    Duration quarter = Duration.between(entry.fetchedAt, next).dividedBy(LAST_PART);
    Duration wait =
        quarter.compareTo(settings.refreshAfter()) < 0 ? quarter : settings.refreshAfter();
    return now.isAfter(entry.fetchedAt.plus(wait.compareTo(SOON) < 0 ? SOON : wait));
  }

  private void forgetOldest() {
    int tooMany = entries.size() - MOST;
    if (tooMany <= 0) {
      return;
    }
    record Used(String name, Instant at) {}
    entries.values().stream()
        .map(
            entry -> {
              synchronized (entry) {
                return new Used(entry.source.name(), entry.usedAt);
              }
            })
        .sorted(Comparator.comparing(Used::at))
        .limit(tooMany)
        .forEach(used -> entries.remove(used.name()));
  }
}
