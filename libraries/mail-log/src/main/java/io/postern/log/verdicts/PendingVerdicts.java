package io.postern.log.verdicts;

import io.postern.contracts.VerdictKey;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The questions in flight, each while a caller waits for it. Any thread. */
final class PendingVerdicts {
  private final ConcurrentHashMap<VerdictKey, PendingVerdict> open = new ConcurrentHashMap<>();

  /**
   * Enters a question that the caller leaves again. Never one with an answer: the answer may be
   * void by now, although other callers have yet to leave it.
   */
  PendingVerdict enter(VerdictKey key) {
    return open.compute(
        key,
        (_, there) ->
            (there == null || there.answer().isDone() ? new PendingVerdict() : there).enter());
  }

  void leave(VerdictKey key, PendingVerdict mine) {
    open.computeIfPresent(key, (_, there) -> mine.leave() && there == mine ? null : there);
  }

  /** Those that were entered last, by question. */
  ConcurrentMap<VerdictKey, PendingVerdict> byKey() {
    return open;
  }
}
