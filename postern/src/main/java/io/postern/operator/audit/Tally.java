package io.postern.operator.audit;

import java.util.EnumMap;
import java.util.Map;

/**
 * Recipients by state, of one organization or of all. The equation of G2 is {@link #balanced}:
 * pending is the number of recipients in exactly one place, never the rest of a subtraction.
 *
 * <p>One thread while it is filled; read by any afterwards.
 */
public final class Tally {
  private long messages;
  private long accepted;
  private long delivered;
  private long failed;
  private long expired;
  private long cancelled;
  private long foundNowhere;
  private long foundTwice;
  private long late;
  private long perhapsTwice;
  private final long[] pending = new long[Place.values().length];
  private final long[] duplicates = new long[DuplicateCause.values().length];

  public long messages() {
    return messages;
  }

  /** Recipients of all messages accepted. */
  public long accepted() {
    return accepted;
  }

  public long delivered() {
    return delivered;
  }

  /** Expired included. */
  public long failed() {
    return failed;
  }

  /** Of the failed. */
  public long expired() {
    return expired;
  }

  public long cancelled() {
    return cancelled;
  }

  /** Found in exactly one place. */
  public long pending() {
    long sum = 0;
    for (long n : pending) {
      sum += n;
    }
    return sum;
  }

  public long foundNowhere() {
    return foundNowhere;
  }

  public long foundTwice() {
    return foundTwice;
  }

  /** Delivered after failed or cancelled. */
  public long late() {
    return late;
  }

  /** Delivered after an attempt that the next hop may have taken: it may have the message twice. */
  public long perhapsTwice() {
    return perhapsTwice;
  }

  /** Places that hold somebody. */
  public Map<Place, Long> pendingByPlace() {
    Map<Place, Long> all = new EnumMap<>(Place.class);
    for (Place place : Place.values()) {
      if (pending[place.ordinal()] > 0) {
        all.put(place, pending[place.ordinal()]);
      }
    }
    return all;
  }

  public Map<DuplicateCause, Long> duplicates() {
    Map<DuplicateCause, Long> all = new EnumMap<>(DuplicateCause.class);
    for (DuplicateCause cause : DuplicateCause.values()) {
      if (duplicates[cause.ordinal()] > 0) {
        all.put(cause, duplicates[cause.ordinal()]);
      }
    }
    return all;
  }

  /** accepted = delivered + failed + cancelled + pending. */
  public boolean balanced() {
    return accepted == delivered + failed + cancelled + pending();
  }

  void countMessage() {
    messages++;
  }

  void countDelivered(boolean afterItsEnd, boolean doubtful) {
    accepted++;
    delivered++;
    late += afterItsEnd ? 1 : 0;
    perhapsTwice += doubtful ? 1 : 0;
  }

  void countFailed(boolean byExpiry) {
    accepted++;
    failed++;
    expired += byExpiry ? 1 : 0;
  }

  void countCancelled() {
    accepted++;
    cancelled++;
  }

  void countPending(Place place) {
    accepted++;
    pending[place.ordinal()]++;
  }

  void countNowhere() {
    accepted++;
    foundNowhere++;
  }

  void countTwice() {
    accepted++;
    foundTwice++;
  }

  void countDuplicate(DuplicateCause cause) {
    duplicates[cause.ordinal()]++;
  }

  void add(Tally other) {
    messages += other.messages;
    accepted += other.accepted;
    delivered += other.delivered;
    failed += other.failed;
    expired += other.expired;
    cancelled += other.cancelled;
    foundNowhere += other.foundNowhere;
    foundTwice += other.foundTwice;
    late += other.late;
    perhapsTwice += other.perhapsTwice;
    for (int i = 0; i < pending.length; i++) {
      pending[i] += other.pending[i];
    }
    for (int i = 0; i < duplicates.length; i++) {
      duplicates[i] += other.duplicates[i];
    }
  }
}
