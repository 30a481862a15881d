package io.postern.certificate.revocation.store;

import io.postern.certificate.Backoff;
import io.postern.certificate.revocation.store.Publication.Times;
import io.postern.certificate.revocation.store.PublicationStore.Answer;
import io.postern.certificate.revocation.store.PublicationStore.Failure;
import io.postern.certificate.revocation.store.Source.RefreshRequest;
import io.postern.certificate.revocation.store.Source.StoredCopy;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One source's state in the store. Fields and methods are guarded by the entry's monitor. */
final class StoreEntry<T extends Publication> {
  private static final Duration OVERTAKEN_FOR = Duration.ofHours(1);
  private static final Duration MARK_EVERY = Duration.ofMinutes(1);
  private static final int LAST_PART = 4;
  private static final Duration SOONEST = Duration.ofSeconds(1);

  final Source<T> source;
  @Nullable T published; // was current when it came
  @Nullable T reported; // the one that the listener knows
  @Nullable Times newest;
  Instant fetchedAt = Instant.EPOCH;
  Instant usedAt = Instant.EPOCH;
  Instant markedAt = Instant.EPOCH;
  int failures; // in a row
  @Nullable Failure<T> failure;
  @Nullable CompletableFuture<Answer<T>> flight;
  private boolean loaded;
  private @Nullable Instant overtakenBy; // thisUpdate of the newer one that was announced
  private Instant overtakenAt = Instant.EPOCH;
  private int overtakenFetches; // that did not bring it

  StoreEntry(Source<T> source) {
    this.source = source;
  }

  @Nullable T current(Instant now) {
    if (published != null && !published.currentAt(now)) {
      published = null; // its times are enough
    }
    return published;
  }

  /** Takes the stored copy, once. */
  void load() {
    if (loaded) {
      return;
    }
    loaded = true;
    StoredCopy<T> copy = source.stored();
    if (copy != null) {
      take(copy);
      reported = copy.published();
    }
  }

  /** A server that falls back to an older publication does not undo the newer one. */
  void take(StoredCopy<T> copy) {
    T other = copy.published();
    fetchedAt = copy.fetchedAt();
    if (overtakenBy != null && other.thisUpdate().isBefore(overtakenBy)) {
      overtakenFetches++;
    } else {
      overtakenBy = null;
    }
    if (newest == null || !other.thisUpdate().isBefore(newest.thisUpdate())) {
      published = other;
      newest = Times.of(other);
    }
  }

  /** Marks the use of the stored copy, once a minute. */
  void mark(Instant now) {
    if (now.isAfter(markedAt.plus(MARK_EVERY))) {
      markedAt = now;
      source.used(now);
    }
  }

  RefreshRequest refreshRequest() {
    return new RefreshRequest(
        newest == null ? null : newest.thisUpdate(), fetchedAt, overtakenBy != null);
  }

  /**
   * A newer publication was announced. A source that was not named may never have it: a newer
   * announcement is no reason to ask it more often again.
   *
   * @param by its thisUpdate
   */
  void overtaken(boolean named, Instant by, Instant now) {
    if (newest != null && !newest.thisUpdate().isBefore(by)) {
      return; // it is here
    }
    if (overtakenBy == null || overtakenBy.isBefore(by)) {
      overtakenFetches = named || overtakenBy == null ? 0 : overtakenFetches;
      overtakenBy = by;
    }
    overtakenAt = now;
  }

  boolean refreshDue(Instant now, Duration refreshAfter, Backoff backoff) {
    T current = current(now);
    if (current == null || flight != null) {
      return false;
    }
    if (failure != null && backoff.rests(failure.retryAt(), now)) {
      return false;
    }
    if (fetchedAt.isAfter(now)) {
      return true; // by a clock that was set back since
    }
    boolean overtaken = overtakenBy != null && now.isBefore(overtakenAt.plus(OVERTAKEN_FOR));
    if (overtaken && now.isAfter(fetchedAt.plus(backoff.after(overtakenFetches + 1)))) {
      return true;
    }
    Instant next = current.nextUpdate();
    if (next == null) {
      return false;
    }
    Duration quarter = Duration.between(fetchedAt, next).dividedBy(LAST_PART);
    Duration wait = quarter.compareTo(refreshAfter) < 0 ? quarter : refreshAfter;
    return now.isAfter(fetchedAt.plus(wait.compareTo(SOONEST) < 0 ? SOONEST : wait));
  }
}
