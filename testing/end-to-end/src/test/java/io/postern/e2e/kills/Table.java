package io.postern.e2e.kills;

import java.util.ArrayList;
import java.util.List;

/** A run's account for people. */
final class Table {
  private final Plan plan;
  private final Accounting.Counts counts;
  private final Received received;
  private final Duplicates duplicates;
  private final Findings findings;
  private final Disruptions disruptions;
  private final Told told;

  Table(
      Plan plan,
      Accounting.Counts counts,
      Received received,
      Duplicates duplicates,
      Findings findings,
      Disruptions disruptions,
      Told told) {
    this.plan = plan;
    this.counts = counts;
    this.received = received;
    this.duplicates = duplicates;
    this.findings = findings;
    this.disruptions = disruptions;
    this.told = told;
  }

  List<String> lines(long loadSeconds, long settlingSeconds) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "seed %d: load %d s (%d messages a second), settled after another %d s"
            .formatted(
                plan.seed(),
                loadSeconds,
                plan.messages() / Math.max(1, loadSeconds),
                settlingSeconds));
    lines.add(row("senders: messages", plan.messages()));
    lines.add(row("  told 250", counts.told));
    lines.add(
        row("  replies to a final dot that did not say 250, or did not arrive", counts.unsure));
    lines.add(row("  given up", counts.givenUp));
    lines.add(row("topics: recipients", counts.recipients));
    lines.add(row("  delivered", counts.delivered));
    lines.add(row("  failed", counts.failed));
    lines.add(row("  cancelled", counts.cancelled));
    lines.add(row("  pending", counts.pending));
    lines.add(row("peers: receipts", received.receipts()));
    lines.add("what happened, and the longest time without a 250 while it did");
    new Gaps(disruptions.all(), told.servedNanos())
        .rows()
        .forEach(
            (what, gap) ->
                lines.add(
                    "%-72s %10d %8.1f s"
                        .formatted("  " + what, gap.times(), gap.longestMillis() / 1000.0)));
    lines.add("duplicates");
    for (Duplicates.Cause cause : Duplicates.Cause.values()) {
      lines.add(row("  " + cause.words(), duplicates.count(cause)));
    }
    for (Findings.Kind kind : Findings.Kind.values()) {
      lines.add(row(kind.words(), findings.count(kind)));
    }
    return lines;
  }

  private static String row(String what, long count) {
    return "%-72s %10d".formatted(what, count);
  }
}
