package io.postern.certificate.revocation;

import io.postern.certificate.revocation.FetchException.Kind;
import io.postern.certificate.revocation.Published.Times;
import io.postern.certificate.revocation.Source.Kept;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What is in use of what issuers publish, each by its source. Verified before it is kept; used
 * until nextUpdate and never beyond; fetched again before that, so that no mail waits for it. When
 * something newer comes, the certificates that it revokes and the one before it had cleared are
 * told ({@link StoreListener#revoked}).
 *
 * <p>One fetch at a time from a source; who asks meanwhile waits for it. A source that failed is
 * left alone, longer with each failure in a row, so that not every mail waits, and is asked again
 * by the first question after that. At most {@value #MOST} are known at a time; what was not asked
 * for in a day is forgotten.
 *
 * <p>Any thread. {@link #refresh} is called every second by one.
 */
final class PublishedStore<T extends Published> {
  static final int MOST = 10_000;
  private static final Logger LOG = Logger.getLogger(PublishedStore.class);
  private static final Duration FORGET_AFTER = Duration.ofDays(1);
  private static final Duration OVERTAKEN_FOR = Duration.ofHours(1);
  private static final Duration MARK_EVERY = Duration.ofMinutes(1);
  private static final int LAST_PART = 4;
  private static final Duration SOON = Duration.ofSeconds(1);

  /** What the store has for a question. */
  sealed interface Answer<T extends Published> permits Held, Failed {}

  /** It is current, and by whom it should be. */
  record Held<T extends Published>(T published) implements Answer<T> {}

  /**
   * @param last of what is not current any more, if there is something
   * @param retryAt when the source will be asked again
   * @param wrongSigner something is there, and somebody else has signed it
   */
  record Failed<T extends Published>(
      RevocationStatus status,
      String detail,
      @Nullable Times last,
      Instant retryAt,
      boolean wrongSigner)
      implements Answer<T> {}

  private static final class Entry<T extends Published> {
    final Source<T> source;
    // Guarded by the entry.
    boolean loaded;
    @Nullable T published; // what was current when it came
    @Nullable T told; // what the listener knows of
    @Nullable Times newest;
    Instant fetchedAt = Instant.EPOCH;
    @Nullable Instant overtakenBy; // thisUpdate of what is known to be there
    Instant overtakenAt = Instant.EPOCH;
    int overtakenFetches; // that did not bring it
    Instant usedAt = Instant.EPOCH;
    Instant markedAt = Instant.EPOCH;
    int failures; // in a row
    @Nullable Failed<T> failure;
    @Nullable CompletableFuture<Answer<T>> flight;

    Entry(Source<T> source) {
      this.source = source;
    }

    @Nullable T current(Instant now) {
      if (published != null && !published.currentAt(now)) {
        published = null; // its times are enough
      }
      return published;
    }
  }

  private final RevocationSettings settings;
  private final InstantSource clock;
  private final StoreListener listener;
  private final Backoff backoff;
  private final ClearedCertificates cleared = new ClearedCertificates();
  private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();

  PublishedStore(RevocationSettings settings, InstantSource clock, StoreListener listener) {
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    this.backoff = new Backoff(settings);
  }

  /** What the source has, at the latest when the patience ends. */
  Answer<T> current(Source<T> source, Patience patience) throws InterruptedException {
    Entry<T> entry = entries.computeIfAbsent(source.name(), _ -> new Entry<>(source));
    CompletableFuture<Answer<T>> flight;
    Instant now = clock.instant();
    synchronized (entry) {
      load(entry);
      entry.usedAt = now;
      T published = entry.current(now);
      if (published != null) {
        mark(entry, now);
        return new Held<>(published);
      }
      Failed<T> failure = entry.failure;
      if (entry.flight == null && failure != null && backoff.rests(failure.retryAt(), now)) {
        return failure;
      }
      flight = flight(entry);
    }
    try {
      return patience.await(flight, now);
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
    Kept<T> kept = entry.source.kept();
    if (kept != null) {
      take(entry, kept);
      entry.told = kept.published();
    }
  }

  // In the entry's lock. A server that falls back to something older does not undo what is newer.
  private void take(Entry<T> entry, Kept<T> kept) {
    T published = kept.published();
    entry.fetchedAt = kept.fetchedAt();
    Instant by = entry.overtakenBy;
    if (by != null && published.thisUpdate().isBefore(by)) {
      entry.overtakenFetches++;
    } else {
      entry.overtakenBy = null;
    }
    if (entry.newest == null || !published.thisUpdate().isBefore(entry.newest.thisUpdate())) {
      entry.published = published;
      entry.newest = Times.of(published);
    }
  }

  // In the entry's lock.
  private void mark(Entry<T> entry, Instant now) {
    if (now.isAfter(entry.markedAt.plus(MARK_EVERY))) {
      entry.markedAt = now;
      entry.source.used(now);
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
                tell(entry);
              } catch (Throwable e) {
                synchronized (entry) {
                  entry.flight = entry.flight == flight ? null : entry.flight;
                }
                flight.completeExceptionally(e);
                LOG.error("a fetch of what an issuer publishes failed unexpectedly", e);
              }
            });
    return flight;
  }

  private Answer<T> land(Entry<T> entry) {
    Source.Here here;
    synchronized (entry) {
      here =
          new Source.Here(
              entry.newest == null ? null : entry.newest.thisUpdate(),
              entry.fetchedAt,
              entry.overtakenBy != null);
    }
    Source<T> source = entry.source;
    Kept<T> kept;
    try {
      kept = source.fetch(here, clock.instant());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(entry, Kind.UNREACHABLE, "interrupted", null);
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s could not be read", source.what());
      return failed(entry, Kind.GARBAGE, source.what() + " could not be read", null);
    } catch (FetchException e) {
      return failed(entry, e);
    } catch (RestingException e) {
      return resting(entry, e);
    }
    T published = kept.published();
    Instant now = clock.instant();
    if (!published.currentAt(now)) {
      return failed(entry, Kind.STALE, published.stale(source.what(), now), Times.of(published));
    }
    synchronized (entry) {
      take(entry, kept);
      T current = entry.current(now);
      if (current != null) {
        listener.fetched(kept.shared() ? "shared" : "ok");
        entry.markedAt = now;
        String nothing = current.saysNothing();
        if (nothing != null) {
          return saysNothing(entry, current, nothing, now);
        }
        entry.flight = null;
        entry.failure = null;
        entry.failures = 0;
        return new Held<>(current);
      }
    }
    return failed(
        entry, Kind.STALE, source.what() + " is older than one that was there before", null);
  }

  // Who could not be asked may be at once; what cannot be stored is not fetched every second.
  private Answer<T> failed(Entry<T> entry, FetchException e) {
    boolean unasked = e.ours() && e.kind() != Kind.NOT_STORED;
    return failed(entry, e.kind(), String.valueOf(e.getMessage()), null, unasked);
  }

  private Answer<T> failed(Entry<T> entry, Kind kind, String detail, @Nullable Times stale) {
    return failed(entry, kind, detail, stale, false);
  }

  private Answer<T> failed(
      Entry<T> entry, Kind kind, String detail, @Nullable Times stale, boolean unasked) {
    listener.fetched(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    Instant now = clock.instant();
    synchronized (entry) {
      entry.failures += unasked ? 0 : 1;
      return landed(
          entry,
          new Failed<>(
              kind == Kind.STALE ? RevocationStatus.STALE : RevocationStatus.UNREACHABLE,
              detail,
              stale == null ? entry.newest : stale,
              now.plus(unasked ? SOON : backoff.after(entry.failures)),
              kind == Kind.WRONG_SIGNER));
    }
  }

  // In the entry's lock. Its place answers; what was there before does not count any more.
  private Answer<T> saysNothing(Entry<T> entry, T published, String detail, Instant now) {
    entry.published = null;
    entry.failures++;
    return landed(
        entry,
        new Failed<>(
            RevocationStatus.UNREACHABLE,
            detail,
            Times.of(published),
            now.plus(backoff.after(entry.failures)),
            false));
  }

  private Answer<T> resting(Entry<T> entry, RestingException e) {
    synchronized (entry) {
      return landed(
          entry,
          new Failed<>(
              RevocationStatus.UNREACHABLE,
              String.valueOf(e.getMessage()),
              entry.newest,
              e.until(),
              false));
    }
  }

  // In the entry's lock.
  private Answer<T> landed(Entry<T> entry, Failed<T> failure) {
    entry.flight = null;
    entry.failure = failure;
    T published = entry.current(clock.instant());
    return published == null ? failure : new Held<>(published);
  }

  /** What a source had said does not revoke this certificate. */
  void cleared(Source<T> source, T by, Cleared certificate) {
    cleared.add(source.name(), certificate, clock.instant());
    Entry<T> entry = entries.get(source.name());
    T newest = entry == null ? null : held(entry);
    if (newest != null && newest != by) {
      tell(source, newest, List.of(certificate)); // it came meanwhile
    }
  }

  private void tell(Entry<T> entry) {
    T published;
    synchronized (entry) {
      published = entry.published;
      if (published == null || published == entry.told) {
        return;
      }
    }
    tell(entry.source, published, cleared.of(entry.source.name()));
    synchronized (entry) {
      entry.told = published;
    }
  }

  private void tell(Source<T> source, T published, Collection<Cleared> certificates) {
    if (certificates.isEmpty()) {
      return;
    }
    published
        .revoked(certificates)
        .forEach(
            (certificate, at) -> {
              if (cleared.remove(source.name(), certificate)) {
                tell(source, published, certificate, at);
              }
            });
  }

  // Who cannot be told now is told when the next is fetched; the others are told.
  private void tell(Source<T> source, T published, Cleared certificate, Instant revokedAt) {
    try {
      listener.revoked(
          new Revoked(
              certificate.fingerprint(),
              certificate.source(),
              certificate.url(),
              published.thisUpdate(),
              revokedAt));
    } catch (RuntimeException e) {
      cleared.add(source.name(), certificate, clock.instant());
      LOG.errorf(e, "a revocation by %s could not be told", source.url());
    }
  }

  private static <T extends Published> @Nullable T held(Entry<T> entry) {
    synchronized (entry) {
      return entry.published;
    }
  }

  /** All that is current or was when it came. */
  List<T> held() {
    return entries.values().stream().map(PublishedStore::held).filter(Objects::nonNull).toList();
  }

  /**
   * Something newer is known to be at a URL: what is held of it about this certificate, and all
   * else that has cleared it (the changes to a list, a mirror), is fetched at the next refresh, and
   * again, less and less often, until that came or for an hour.
   *
   * @param certificate SHA-256 of it
   * @param by thisUpdate of what is newer
   */
  void overtaken(String url, byte[] certificate, Instant by) {
    Instant now = clock.instant();
    for (Entry<T> entry : entries.values()) {
      Source<T> source = entry.source;
      boolean named = source.url().equals(url) && source.isAbout(certificate);
      if (named || cleared.has(source.name(), certificate, now)) {
        synchronized (entry) {
          overtaken(entry, named, by, now);
        }
      }
    }
  }

  // In the entry's lock. One that is not named may never have what is newer: a newer announcement
  // is no reason to ask it more often again.
  private static void overtaken(Entry<?> entry, boolean named, Instant by, Instant now) {
    if (entry.newest != null && !entry.newest.thisUpdate().isBefore(by)) {
      return; // it is here
    }
    if (entry.overtakenBy == null || entry.overtakenBy.isBefore(by)) {
      entry.overtakenFetches = named || entry.overtakenBy == null ? 0 : entry.overtakenFetches;
      entry.overtakenBy = by;
    }
    entry.overtakenAt = now;
  }

  /** Looks at the disk: lets go of what was deleted there, and takes what others have fetched. */
  void compareWithDisk() {
    for (Entry<T> entry : entries.values()) {
      Instant fetchedAt;
      synchronized (entry) {
        fetchedAt = entry.fetchedAt;
        if (entry.published == null || entry.flight != null) {
          continue;
        }
      }
      Source.OnDisk state = entry.source.onDisk(fetchedAt);
      synchronized (entry) {
        if (!entry.fetchedAt.equals(fetchedAt)) {
          continue; // fetched meanwhile
        }
        switch (state) {
          case SAME -> {}
          case NEWER -> flight(entry);
          case GONE -> {
            entry.published = null;
            entry.told = null;
          }
        }
      }
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
    T published = entry.current(now);
    if (published == null || entry.flight != null) {
      return false;
    }
    Failed<T> failure = entry.failure;
    if (failure != null && backoff.rests(failure.retryAt(), now)) {
      return false;
    }
    if (entry.fetchedAt.isAfter(now)) {
      return true; // by a clock that was set back since
    }
    boolean overtaken =
        entry.overtakenBy != null && now.isBefore(entry.overtakenAt.plus(OVERTAKEN_FOR));
    if (overtaken && now.isAfter(entry.fetchedAt.plus(backoff.after(entry.overtakenFetches + 1)))) {
      return true;
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
