package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.FetchException.Kind;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.RevocationStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * The lists that are in use, each by its URL and the issuer that it must be signed by: so one
 * issuer's certificate cannot spoil what another's has fetched. Verified before they are kept; used
 * until nextUpdate and never beyond; fetched again before that, so that no mail waits for it.
 *
 * <p>One fetch at a time for a list; who asks meanwhile waits for it. An endpoint that failed is
 * left alone for the failure memory, so that not every mail waits, and is asked again by the first
 * question after that. At most {@value #MAX_LISTS} lists are known at a time; a list that was not
 * asked for in a day is forgotten (its file stays, within the folder's limit).
 *
 * <p>Any thread. {@link #refresh} is called every second by one.
 */
public final class CrlStore implements AutoCloseable {
  static final int MAX_LISTS = 10_000;
  private static final Logger LOG = Logger.getLogger(CrlStore.class);
  private static final Duration FORGET_AFTER = Duration.ofDays(1);
  private static final int LAST_PART = 4;
  private static final Duration SOON = Duration.ofSeconds(1);

  /** What the store has for a question. */
  sealed interface Answer permits Held, Failed {}

  /** A list that is current and signed by the issuer. */
  record Held(Crl crl) implements Answer {}

  /**
   * @param last the list that is not current any more, if there is one
   * @param retryAt when the endpoint will be asked again
   */
  record Failed(RevocationStatus status, String detail, @Nullable Crl last, Instant retryAt)
      implements Answer {}

  private static final class Entry {
    final String url;
    final ParsedCertificate issuer;
    final String name;
    // Guarded by the entry.
    boolean loaded;
    @Nullable Crl crl;
    Instant fetchedAt = Instant.EPOCH;
    Instant usedAt = Instant.EPOCH;
    @Nullable Failed failure;
    @Nullable CompletableFuture<Answer> flight;

    Entry(String url, ParsedCertificate issuer) {
      this.url = url;
      this.issuer = issuer;
      this.name = name(url, issuer);
    }

    static String name(String url, ParsedCertificate issuer) {
      String whose = Fingerprints.hex(Fingerprints.sha256(issuer.key().getEncoded()));
      return Fingerprints.hex(
          Fingerprints.sha256((whose + " " + url).getBytes(StandardCharsets.UTF_8)));
    }
  }

  private final RevocationSettings settings;
  private final InstantSource clock;
  private final Consumer<String> fetchCounter;
  private final CrlFiles files;
  private final HttpFetch http;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /**
   * @param fetchCounter is told each fetch's result: "ok" or why it failed
   * @throws IOException when the folder cannot be used
   */
  public CrlStore(RevocationSettings settings, InstantSource clock, Consumer<String> fetchCounter)
      throws IOException {
    this.settings = settings;
    this.clock = clock;
    this.fetchCounter = fetchCounter;
    this.files = new CrlFiles(settings.cacheFolder());
    this.http = new HttpFetch(settings);
  }

  /** The list at a URL, at the latest when {@code giveUp} has come. */
  Answer current(String url, ParsedCertificate issuer, Instant giveUp) throws InterruptedException {
    Entry entry = entries.computeIfAbsent(Entry.name(url, issuer), _ -> new Entry(url, issuer));
    CompletableFuture<Answer> flight;
    Instant now = clock.instant();
    synchronized (entry) {
      load(entry);
      entry.usedAt = now;
      if (entry.crl != null && entry.crl.currentAt(now)) {
        return new Held(entry.crl);
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
      return new Failed(
          RevocationStatus.UNREACHABLE, "the list was not there in time", null, now.plus(SOON));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  // In the entry's lock. What is on disk counts as if it had just been fetched: verified.
  private void load(Entry entry) {
    if (entry.loaded) {
      return;
    }
    entry.loaded = true;
    CrlFiles.Stored stored = files.load(entry.name);
    if (stored != null && CrlSignature.problem(stored.crl(), entry.issuer) == null) {
      entry.crl = stored.crl();
      entry.fetchedAt = stored.fetchedAt();
    }
  }

  // In the entry's lock.
  private CompletableFuture<Answer> flight(Entry entry) {
    if (entry.flight != null) {
      return entry.flight;
    }
    CompletableFuture<Answer> flight = new CompletableFuture<>();
    entry.flight = flight;
    Thread.ofVirtual()
        .name("crl-fetch")
        .start(
            () -> {
              try {
                flight.complete(land(entry));
              } catch (Throwable e) {
                synchronized (entry) {
                  entry.flight = null;
                }
                flight.completeExceptionally(e);
                LOG.error("a fetch of a revocation list failed unexpectedly", e);
              }
            });
    return flight;
  }

  private Answer land(Entry entry) {
    Crl fetched = null;
    String detail = "";
    Kind kind = null;
    try {
      fetched = fetch(entry);
    } catch (FetchException e) {
      detail = String.valueOf(e.getMessage());
      kind = e.kind();
    }
    Instant now = clock.instant();
    if (fetched != null && !fetched.currentAt(now)) {
      kind = Kind.STALE;
      detail = CrlExamination.stale(fetched, now);
    }
    fetchCounter.accept(
        kind == null ? "ok" : kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    synchronized (entry) {
      entry.flight = null;
      if (fetched != null && kind == null) {
        // A server that falls back to an older list does not undo a newer one.
        if (entry.crl == null || !fetched.thisUpdate().isBefore(entry.crl.thisUpdate())) {
          entry.crl = fetched;
        }
        entry.fetchedAt = now;
        entry.failure = null;
        return new Held(entry.crl);
      }
      Crl last = fetched != null ? fetched : entry.crl;
      entry.failure =
          new Failed(
              kind == Kind.STALE ? RevocationStatus.STALE : RevocationStatus.UNREACHABLE,
              detail,
              last,
              // Too busy to ask is no failure of the endpoint's.
              now.plus(kind == Kind.BUSY ? SOON : settings.failureMemory()));
      return entry.crl != null && entry.crl.currentAt(now) ? new Held(entry.crl) : entry.failure;
    }
  }

  // A verified list, mapped from its place on disk unless it is stale or older than what is there.
  private Crl fetch(Entry entry) throws FetchException {
    try {
      Path fresh = files.fresh();
      try {
        http.fetch(entry.url, fresh);
        Crl crl = Crl.map(fresh);
        String problem = CrlSignature.problem(crl, entry.issuer);
        if (problem != null) {
          throw new FetchException(Kind.WRONG_SIGNER, problem);
        }
        if (crl.currentAt(clock.instant()) && !olderThanHeld(crl, entry)) {
          files.keep(fresh, entry.name);
        }
        return crl;
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (GarbageException e) {
      throw new FetchException(Kind.GARBAGE, "what is there is no list: " + e.getMessage());
    } catch (IOException e) {
      LOG.warnf("postern.revocation.cache-folder: a list cannot be stored: %s", e);
      throw new FetchException(Kind.UNREACHABLE, "the list could not be stored");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FetchException(Kind.UNREACHABLE, "interrupted");
    }
  }

  private static boolean olderThanHeld(Crl crl, Entry entry) {
    synchronized (entry) {
      return entry.crl != null && crl.thisUpdate().isBefore(entry.crl.thisUpdate());
    }
  }

  /** Starts the fetches that are due and forgets what nobody asks for. */
  public void refresh() {
    Instant now = clock.instant();
    for (Entry entry : entries.values()) {
      synchronized (entry) {
        if (entry.usedAt.isBefore(now.minus(FORGET_AFTER)) && entry.flight == null) {
          entries.remove(entry.name);
        } else if (refreshDue(entry, now)) {
          flight(entry);
        }
      }
    }
    forgetOldest();
  }

  private boolean refreshDue(Entry entry, Instant now) {
    Crl crl = entry.crl;
    if (crl == null || entry.flight != null || !crl.currentAt(now)) {
      return false;
    }
    Failed failure = entry.failure;
    if (failure != null && now.isBefore(failure.retryAt())) {
      return false;
    }
    Instant next = crl.nextUpdate();
    if (next == null) {
      return false;
    }
    Duration quarter = Duration.between(entry.fetchedAt, next).dividedBy(LAST_PART);
    Duration wait =
        quarter.compareTo(settings.refreshAfter()) < 0 ? quarter : settings.refreshAfter();
    return now.isAfter(entry.fetchedAt.plus(wait.compareTo(SOON) < 0 ? SOON : wait));
  }

  private void forgetOldest() {
    int tooMany = entries.size() - MAX_LISTS;
    if (tooMany <= 0) {
      return;
    }
    record Used(String name, Instant at) {}
    entries.values().stream()
        .map(
            entry -> {
              synchronized (entry) {
                return new Used(entry.name, entry.usedAt);
              }
            })
        .sorted(Comparator.comparing(Used::at))
        .limit(tooMany)
        .forEach(used -> entries.remove(used.name()));
  }

  /** Keeps the folder within its limit. */
  public void shrink() {
    try {
      files.shrinkTo(settings.cacheBytes());
    } catch (IOException e) {
      LOG.warnf("postern.revocation.cache-folder cannot be cleaned: %s", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
