package io.postern.certificate.revocation.store;

import io.postern.certificate.Backoff;
import io.postern.certificate.RecentlyUsed;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.FetchException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of lists and answers with their health: by the URL of a list, and of a responder
 * for all questions to it. At most {@value #MOST}; those not asked for longest are forgotten.
 *
 * <p>An endpoint that cannot be reached is left alone, longer with each failure in a row, and then
 * tried by one fetch. A fault of a single answer (its signer, its dates, an HTTP error, a
 * responder's refusal) leaves the endpoint to others: a question about one certificate must not
 * silence it for the rest. A failure of our own, before the endpoint is asked or after it has
 * answered (turns, proxy, disk), is no failure of the endpoint. Any thread.
 */
public final class Endpoints {
  static final int MOST = 2_000;
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final int LONGEST_REASON = 300;

  /** Failures of the answer, not of the place. */
  private static final Set<Kind> OF_THE_ANSWER =
      EnumSet.of(
          Kind.HTTP, Kind.TOO_LARGE, Kind.GARBAGE, Kind.REFUSAL, Kind.WRONG_SIGNER, Kind.STALE);

  /**
   * How an endpoint does.
   *
   * @param lastOk null: never since the start; so are the others
   * @param reason of the last failure
   * @param failuresInRow 0: the last fetch was good
   * @param nextTry it is left alone until then; null: it is not
   * @param lastDuration of the last fetch
   */
  public record Health(
      String url,
      @Nullable Instant lastOk,
      @Nullable Instant lastFailure,
      String reason,
      int failuresInRow,
      @Nullable Instant nextTry,
      @Nullable Duration lastDuration) {
    static Health unasked(String url) {
      return new Health(url, null, null, "", 0, null, null);
    }

    public boolean failing() {
      return failuresInRow > 0;
    }
  }

  public interface Fetch<T extends Publication> {
    T fetch() throws FetchException, InterruptedException;
  }

  private static final class State {
    Health health;
    int unreachable; // in a row
    boolean probed;

    State(String url) {
      this.health = Health.unasked(url);
    }
  }

  private final Backoff backoff;
  private final InstantSource clock;
  private final Map<String, State> byUrl = new RecentlyUsed<>(MOST);

  public Endpoints(RevocationSettings settings, InstantSource clock) {
    this.backoff = new Backoff(settings.failureMemory(), settings.failureMemoryLongest());
    this.clock = clock;
  }

  /** The failing ones first, else by URL. */
  public synchronized List<Health> all() {
    return byUrl.values().stream()
        .map(endpoint -> endpoint.health)
        .sorted(Comparator.comparing((Health h) -> !h.failing()).thenComparing(Health::url))
        .toList();
  }

  public synchronized long failing() {
    return byUrl.values().stream().filter(endpoint -> endpoint.health.failing()).count();
  }

  public synchronized long ok() {
    return byUrl.values().stream()
        .filter(endpoint -> endpoint.health.lastOk() != null && !endpoint.health.failing())
        .count();
  }

  /**
   * Fetches, unless the endpoint rests.
   *
   * @throws FetchException the fetch's
   */
  public <T extends Publication> T ask(String url, String kind, Fetch<T> fetch)
      throws FetchException, RestingException, InterruptedException {
    Instant began = clock.instant();
    long start = System.nanoTime();
    boolean probe = enter(url, began);
    try {
      T published = fetch.fetch();
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      Instant now = clock.instant();
      if (published.currentAt(now)) {
        ok(url, now, took);
      } else {
        failed(url, Kind.STALE, published.stale(kind, now), began, took);
      }
      return published;
    } catch (FetchException e) {
      if (!e.ours()) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        failed(url, e.kind(), String.valueOf(e.getMessage()), began, took);
      }
      throw e;
    } finally {
      if (probe) {
        leave(url);
      }
    }
  }

  /** Whether this fetch is the one that tries an endpoint again. */
  private synchronized boolean enter(String url, Instant now) throws RestingException {
    State endpoint = byUrl.computeIfAbsent(url, State::new);
    if (endpoint.unreachable == 0) {
      return false;
    }
    Instant next = endpoint.health.nextTry();
    if (next != null && backoff.rests(next, now)) {
      throw new RestingException(endpoint.health.reason(), next);
    }
    if (endpoint.probed) {
      throw new RestingException(endpoint.health.reason(), now.plus(SOON));
    }
    endpoint.probed = true;
    return true;
  }

  private synchronized void leave(String url) {
    byUrl.computeIfAbsent(url, State::new).probed = false;
  }

  private synchronized void ok(String url, Instant now, Duration took) {
    State endpoint = byUrl.computeIfAbsent(url, State::new);
    Health last = endpoint.health;
    endpoint.unreachable = 0;
    endpoint.health = new Health(url, now, last.lastFailure(), last.reason(), 0, null, took);
  }

  private synchronized void failed(
      String url, Kind kind, String why, Instant began, Duration took) {
    State endpoint = byUrl.computeIfAbsent(url, State::new);
    Health last = endpoint.health;
    Instant now = clock.instant();
    Instant next = null;
    if (OF_THE_ANSWER.contains(kind)) {
      endpoint.unreachable = 0;
    } else if (endpoint.unreachable > 0 && together(last, began)) {
      next = last.nextTry();
    } else {
      endpoint.unreachable++;
      next = now.plus(backoff.after(endpoint.unreachable));
    }
    boolean another = !(last.failing() && together(last, began));
    endpoint.health =
        new Health(
            url,
            last.lastOk(),
            now,
            why.length() <= LONGEST_REASON ? why : why.substring(0, LONGEST_REASON),
            last.failuresInRow() + (another ? 1 : 0),
            next,
            took);
  }

  // Fetches that were under way when one failed report the same failure.
  private static boolean together(Health last, Instant began) {
    Instant failure = last.lastFailure();
    return failure != null && !began.isAfter(failure);
  }
}
