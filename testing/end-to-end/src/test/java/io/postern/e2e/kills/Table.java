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

  Table(
      Plan plan,
      Accounting.Counts counts,
      Received received,
      Duplicates duplicates,
      Findings findings,
      Disruptions disruptions) {
    this.plan = plan;
    this.counts = counts;
    this.received = received;
    this.duplicates = duplicates;
    this.findings = findings;
    this.disruptions = disruptions;
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
    lines.add(row("killed (-9)", harmed(Plan.Harm.KILL)));
    lines.add(row("paused", harmed(Plan.Harm.PAUSE) + harmed(Plan.Harm.LONG_PAUSE)));
    lines.add(row("power cuts", harmed(Plan.Harm.POWER_CUT)));
    lines.add("duplicates");
    for (Duplicates.Cause cause : Duplicates.Cause.values()) {
      lines.add(row("  " + cause.words(), duplicates.count(cause)));
    }
    for (Findings.Kind kind : Findings.Kind.values()) {
      lines.add(row(kind.words(), findings.count(kind)));
    }
    return lines;
  }

  private long harmed(Plan.Harm harm) {
    return disruptions.all().stream().filter(each -> each.harm() == harm).count();
  }

  private static String row(String what, long count) {
    return "%-72s %10d".formatted(what, count);
  }
}
