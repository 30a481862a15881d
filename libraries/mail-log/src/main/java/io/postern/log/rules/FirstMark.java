package io.postern.log.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * The mark of one source topic before the first Decision of a log whose start is gone. A Decision
 * that continues no mark known so far either continues the chain from before the log's start, or
 * stands behind a gap: it begins a candidate. The first candidate that reaches the source in the
 * decider's position is the chain. A candidate that began with replays stands still; one that began
 * behind a gap began later.
 *
 * <p>Owner: one thread. Bounded by the gaps that are open at the same time.
 */
public final class FirstMark {
  private static final class Candidate {
    final long first;
    long mark;

    Candidate(long first, long mark) {
      this.first = first;
      this.mark = mark;
    }
  }

  private final List<Candidate> candidates = new ArrayList<>();

  /** The next Decision of the topic, in the log's order. */
  public void read(long sourceOffset, long previous) {
    boolean known = false;
    for (Candidate each : candidates) {
      if (previous == each.mark && sourceOffset > each.mark) {
        each.mark = sourceOffset;
      }
      known |= sourceOffset <= each.mark;
    }
    if (!known) {
      candidates.add(new Candidate(previous, sourceOffset));
    }
    for (int i = candidates.size() - 1; i > 0; i--) {
      long mark = candidates.get(i).mark;
      if (candidates.subList(0, i).stream().anyMatch(earlier -> earlier.mark == mark)) {
        candidates.remove(i); // one chain from here on, and the earlier one is right
      }
    }
  }

  /**
   * @param decided the source that the decider's position names as decided; -1: none
   * @throws IllegalStateException when no Decision is as far as that
   */
  public long before(long decided) {
    if (candidates.isEmpty()) {
      return decided;
    }
    return candidates.stream()
        .filter(each -> each.mark >= decided)
        .findFirst()
        .map(each -> each.first)
        .orElseThrow(
            () -> new IllegalStateException("no chain of Decisions leads to source " + decided));
  }
}
