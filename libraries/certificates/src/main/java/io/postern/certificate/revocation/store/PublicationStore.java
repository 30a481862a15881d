package io.postern.certificate.revocation.store;

import io.postern.certificate.Backoff;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.store.Publication.Times;
import io.postern.certificate.revocation.store.Source.StoredCopy;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The lists and OCSP answers in use, one entry per source. The store verifies each before it keeps
 * it, uses it until its nextUpdate and never beyond, and fetches it again before that, so that no
 * mail waits for it. When a newer one comes, the store reports the certificates that it revokes and
 * its predecessor had cleared ({@link StoreListener#revoked}).
 *
 * <p>One fetch at a time from a source; questions that come meanwhile wait for it. A source that
 * failed is left alone, longer with each failure in a row, so that not every mail waits; the first
 * question after that asks it again. At most {@value #MOST} entries; one that no question has
 * needed for a day is forgotten.
 *
 * <p>Any thread. {@link #refresh} is called every second by one.
 */
public final class PublicationStore<T extends Publication> {
  static final int MOST = 10_000;
  private static final Logger LOG = Logger.getLogger(PublicationStore.class);
  private static final Duration FORGET_AFTER = Duration.ofDays(1);
  private static final Duration SOON = Duration.ofSeconds(1);

  /** The store's answer to a question. */
  public sealed interface Answer<T extends Publication> permits Current, Failure {}

  /** Current, and signed by the expected issuer. */
  public record Current<T extends Publication>(T published) implements Answer<T> {}

  /**
   * @param last the times of the last one, which is not current any more; null: there is none
   * @param retryAt when the store will ask the source again
   * @param wrongSigner the source has something, signed by another certificate
   */
  public record Failure<T extends Publication>(
      RevocationStatus status,
      String detail,
      @Nullable Times last,
      Instant retryAt,
      boolean wrongSigner)
      implements Answer<T> {
    /** The same as a finding about a certificate. */
    public Finding finding(ParsedCertificate certificate, String source, String url) {
      RevocationEvidence.Builder evidence =
          Finding.evidence(certificate, source, url).setStatus(status).setDetail(detail);
      return new Finding((last == null ? evidence : last.into(evidence)).build(), retryAt);
    }
  }

  private final RevocationSettings settings;
  private final InstantSource clock;
  private final StoreListener listener;
  private final Backoff backoff;
  private final RevocationReports<T> reports;
  private final Map<String, StoreEntry<T>> entries = new ConcurrentHashMap<>();

  public PublicationStore(
      RevocationSettings settings, InstantSource clock, StoreListener listener) {
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    this.backoff = new Backoff(settings.failureMemory(), settings.failureMemoryLongest());
    this.reports = new RevocationReports<>(clock, listener);
  }

  /** The source's current publication, at the latest when the patience ends. */
  public Answer<T> current(Source<T> source, Patience patience) throws InterruptedException {
    StoreEntry<T> entry = entries.computeIfAbsent(source.name(), _ -> new StoreEntry<>(source));
    CompletableFuture<Answer<T>> flight;
    Instant now = clock.instant();
    synchronized (entry) {
      entry.load();
      entry.usedAt = now;
      T published = entry.current(now);
      if (published != null) {
        entry.mark(now);
        return new Current<>(published);
      }
      Failure<T> failure = entry.failure;
      if (entry.flight == null && failure != null && backoff.rests(failure.retryAt(), now)) {
        return failure;
      }
      flight = flight(entry);
    }
    try {
      return patience.await(flight, now);
    } catch (TimeoutException e) {
      return new Failure<>(
          RevocationStatus.UNREACHABLE,
          source.kind() + " did not arrive in time",
          null,
          now.plus(SOON),
          false);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  // In the entry's lock.
  private CompletableFuture<Answer<T>> flight(StoreEntry<T> entry) {
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
                flight.complete(fetch(entry));
                report(entry);
              } catch (Throwable e) {
                synchronized (entry) {
                  entry.flight = entry.flight == flight ? null : entry.flight;
                }
                flight.completeExceptionally(e);
                LOG.error("a fetch of a list or answer failed unexpectedly", e);
              }
            });
    return flight;
  }

  private Answer<T> fetch(StoreEntry<T> entry) {
    Source.RefreshRequest wanted;
    synchronized (entry) {
      wanted = entry.refreshRequest();
    }
    Source<T> source = entry.source;
    StoredCopy<T> copy;
    try {
      copy = source.fetch(wanted, clock.instant());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(entry, Kind.UNREACHABLE, "interrupted", null, false);
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s could not be read", source.kind());
      return failed(entry, Kind.GARBAGE, source.kind() + " could not be read", null, false);
    } catch (FetchException e) {
      // A source that could not be asked may be asked at once; one whose publication cannot be
      // stored is not fetched every second.
      boolean unasked = e.ours() && e.kind() != Kind.NOT_STORED;
      return failed(entry, e.kind(), String.valueOf(e.getMessage()), null, unasked);
    } catch (RestingException e) {
      return resting(entry, e);
    }
    T published = copy.published();
    Instant now = clock.instant();
    if (!published.currentAt(now)) {
      return failed(
          entry, Kind.STALE, published.stale(source.kind(), now), Times.of(published), false);
    }
    synchronized (entry) {
      entry.take(copy);
      T current = entry.current(now);
      if (current != null) {
        listener.fetched(copy.shared() ? "shared" : "ok");
        entry.markedAt = now;
        String nothing = current.uselessness();
        if (nothing != null) {
          return useless(entry, current, nothing, now);
        }
        entry.flight = null;
        entry.failure = null;
        entry.failures = 0;
        return new Current<>(current);
      }
    }
    return failed(entry, Kind.STALE, source.kind() + " is older than an earlier one", null, false);
  }

  private Answer<T> failed(
      StoreEntry<T> entry, Kind kind, String detail, @Nullable Times stale, boolean unasked) {
    listener.fetched(Spelling.hyphens(kind));
    Instant now = clock.instant();
    synchronized (entry) {
      entry.failures += unasked ? 0 : 1;
      return failure(
          entry,
          new Failure<>(
              kind == Kind.STALE ? RevocationStatus.STALE : RevocationStatus.UNREACHABLE,
              detail,
              stale == null ? entry.newest : stale,
              now.plus(unasked ? SOON : backoff.after(entry.failures)),
              kind == Kind.WRONG_SIGNER));
    }
  }

  // In the entry's lock. The source answers; its former publication does not count any more.
  private Answer<T> useless(StoreEntry<T> entry, T published, String detail, Instant now) {
    entry.published = null;
    entry.failures++;
    return failure(
        entry,
        new Failure<>(
            RevocationStatus.UNREACHABLE,
            detail,
            Times.of(published),
            now.plus(backoff.after(entry.failures)),
            false));
  }

  private Answer<T> resting(StoreEntry<T> entry, RestingException e) {
    synchronized (entry) {
      return failure(
          entry,
          new Failure<>(
              RevocationStatus.UNREACHABLE,
              String.valueOf(e.getMessage()),
              entry.newest,
              e.until(),
              false));
    }
  }

  // In the entry's lock.
  private Answer<T> failure(StoreEntry<T> entry, Failure<T> failure) {
    entry.flight = null;
    entry.failure = failure;
    T published = entry.current(clock.instant());
    return published == null ? failure : new Current<>(published);
  }

  /**
   * A source's publication has cleared this certificate.
   *
   * @param by the publication
   */
  public void cleared(Source<T> source, T by, ClearedCertificate certificate) {
    reports.cleared(source, certificate);
    StoreEntry<T> entry = entries.get(source.name());
    T newest = entry == null ? null : held(entry);
    if (newest != null && newest != by) {
      reports.report(source, newest, List.of(certificate)); // it came meanwhile
    }
  }

  private void report(StoreEntry<T> entry) {
    T published;
    synchronized (entry) {
      published = entry.published;
      if (published == null || published == entry.reported) {
        return;
      }
    }
    reports.report(entry.source, published);
    synchronized (entry) {
      entry.reported = published;
    }
  }

  private static <T extends Publication> @Nullable T held(StoreEntry<T> entry) {
    synchronized (entry) {
      return entry.published;
    }
  }

  /** All that is current or was when it came. */
  public List<T> held() {
    return entries.values().stream().map(PublicationStore::held).filter(Objects::nonNull).toList();
  }

  /**
   * Another replica has found a newer publication at a URL: the store fetches its own publications
   * of that URL about this certificate, and all others that have cleared it (the changes to a list,
   * a mirror), at the next refresh, and again, less and less often, until the newer one came or for
   * an hour.
   *
   * @param certificate SHA-256 of it
   * @param by thisUpdate of the newer one
   */
  public void overtaken(String url, byte[] certificate, Instant by) {
    Instant now = clock.instant();
    for (StoreEntry<T> entry : entries.values()) {
      Source<T> source = entry.source;
      boolean named = source.url().equals(url) && source.isAbout(certificate);
      if (named || reports.hasCleared(source, certificate)) {
        synchronized (entry) {
          entry.overtaken(named, by, now);
        }
      }
    }
  }

  /**
   * Compares with the disk: drops the entries whose files were deleted there, and takes those that
   * other replicas have fetched.
   */
  public void compareWithDisk() {
    for (StoreEntry<T> entry : entries.values()) {
      Instant fetchedAt;
      synchronized (entry) {
        fetchedAt = entry.fetchedAt;
        if (entry.published == null || entry.flight != null) {
          continue;
        }
      }
      Source.FileState state = entry.source.onDisk(fetchedAt);
      synchronized (entry) {
        if (!entry.fetchedAt.equals(fetchedAt)) {
          continue; // fetched meanwhile
        }
        switch (state) {
          case SAME -> {}
          case NEWER -> {
            var unused = flight(entry);
          }
          case GONE -> {
            entry.published = null;
            entry.reported = null;
          }
        }
      }
    }
  }

  /** Starts the fetches that are due and forgets the entries that no question needs. */
  @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // a concurrent map
  public void refresh() {
    Instant now = clock.instant();
    for (StoreEntry<T> entry : entries.values()) {
      synchronized (entry) {
        if (entry.usedAt.isBefore(now.minus(FORGET_AFTER)) && entry.flight == null) {
          entries.remove(entry.source.name());
        } else if (entry.refreshDue(now, settings.refreshAfter(), backoff)) {
          var unused = flight(entry);
        }
      }
    }
    forgetOldest();
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
