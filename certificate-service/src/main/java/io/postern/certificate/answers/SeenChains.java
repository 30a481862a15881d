package io.postern.certificate.answers;

import io.postern.certificate.RecentlyUsed;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The chains that this process has seen: when first, and on which day it last recorded each. A
 * chain in use is recorded once a day. At most {@value #MOST_NEW} chains a day that were not known
 * before, and {@value #MOST_OF_A_LEAF} of one leaf, whose owner can put any certificates behind it;
 * {@value #SIZE} are remembered, one that is forgotten is recorded once more. Any thread.
 */
final class SeenChains {
  static final int MOST_NEW = 10_000;
  static final int MOST_OF_A_LEAF = 4;
  private static final int SIZE = 20_000;

  // Any stranger can make a chain of these, with any name in it: where a path is too complex, not
  // valid at the time, or signed by a weak key or algorithm, not all signatures were checked.
  private static final Set<VerdictReason> UNPROVED =
      Set.of(
          VerdictReason.TOO_COMPLEX,
          VerdictReason.EXPIRED,
          VerdictReason.NOT_YET_VALID,
          VerdictReason.WEAK_KEY,
          VerdictReason.WEAK_SIGNATURE);

  private record Sighting(Instant first, LocalDate recorded) {}

  private final Map<String, Sighting> seen = new RecentlyUsed<>(SIZE);
  private final Runnable dropped;
  private LocalDate day = LocalDate.EPOCH;
  private int newOnes;
  private final Map<String, Integer> newOfLeaf = new HashMap<>();

  /**
   * @param dropped called for each new chain beyond the day's bounds
   */
  SeenChains(Runnable dropped) {
    this.dropped = dropped;
  }

  /** An anchor's owner vouches for the chain: it is recorded, good or not. */
  static boolean isProved(CertificateVerdict verdict) {
    return verdict.getPathCount() > 0 && !UNPROVED.contains(verdict.getReason());
  }

  /**
   * When the chain was first seen, if it is to be recorded now; else null.
   *
   * @param leaf its leaf's fingerprint
   * @param known when it was first seen according to the log, where that is known
   */
  synchronized @Nullable Instant toRecord(
      String fingerprint, String leaf, OptionalLong known, Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    Sighting before = seen.get(fingerprint);
    if (before != null && before.recorded().equals(today)) {
      return null;
    }
    if (before == null && known.isEmpty() && !hasRoom(leaf, today)) {
      dropped.run();
      return null;
    }
    Instant first =
        known.isPresent()
            ? Instant.ofEpochMilli(known.getAsLong())
            : before == null ? now : before.first();
    seen.put(fingerprint, new Sighting(first, today));
    return first;
  }

  private boolean hasRoom(String leaf, LocalDate today) {
    if (!today.equals(day)) {
      day = today;
      newOnes = 0;
      newOfLeaf.clear();
    }
    if (newOnes >= MOST_NEW || newOfLeaf.getOrDefault(leaf, 0) >= MOST_OF_A_LEAF) {
      return false;
    }
    newOnes++;
    newOfLeaf.merge(leaf, 1, Integer::sum);
    return true;
  }
}
