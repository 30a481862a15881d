package io.postern.e2e.kills;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is not as promised, by kind; all counted, the first of each kind kept. Thread-safe. */
final class Findings {
  private static final int KEPT = 50;

  /** What a run fails for. */
  enum Kind {
    LOST("lost"),
    STUCK("not settled in time"),
    BELOW_LEVEL("below its TLS level"),
    CONTENT("content changed"),
    DUPLICATE("duplicate outside G5"),
    ACCEPTED_TWICE("accepted twice without a broken reply"),
    MISDIRECTED("at the wrong peer, or never sent"),
    WRONGLY_FAILED("failed, and no peer refused it"),
    DSN("DSN missing or without a cause"),
    REFUSED("refused at ingress"),
    DIED("ended by itself"),
    AUDIT("alarm of the audit"),
    READ_MODEL("the read model says something else");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /**
   * One thing to look into.
   *
   * @param queueId empty: none, or not known
   */
  record Finding(Kind kind, String queueId, String what) {
    @Override
    public String toString() {
      return kind.words() + ": " + (queueId.isEmpty() ? "" : queueId + " ") + what;
    }
  }

  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, List<Finding>> kept = new EnumMap<>(Kind.class);

  synchronized void add(Kind kind, String queueId, String what) {
    counts.merge(kind, 1L, Long::sum);
    List<Finding> of = kept.computeIfAbsent(kind, any -> new ArrayList<>());
    if (of.size() < KEPT) {
      of.add(new Finding(kind, queueId, what));
    }
  }

  synchronized boolean none() {
    return counts.isEmpty();
  }

  synchronized long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  synchronized List<Finding> all() {
    return kept.values().stream().flatMap(List::stream).toList();
  }
}
