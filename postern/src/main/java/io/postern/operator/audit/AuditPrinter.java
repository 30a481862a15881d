package io.postern.operator.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** The report in words, for a terminal: the equation, the numbers behind it, and every alarm. */
public final class AuditPrinter {
  private static final int SHOWN = 20;

  private final int shown;

  /**
   * @param all every alarm that was kept instead of the first few of each kind
   */
  public AuditPrinter(boolean all) {
    this.shown = all ? Integer.MAX_VALUE : SHOWN;
  }

  public List<String> lines(AuditReport report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%-16s %10s   %10s   %10s   %10s   %10s",
            "recipients",
            "accepted",
            "delivered",
            "failed",
            "cancelled",
            "pending"));
    report.organizations().forEach((name, tally) -> tally(name(name), tally, lines));
    if (report.organizations().size() != 1) {
      tally("all", report.mail(), lines);
    }
    if (report.dsns().accepted() > 0) {
      report.dsnsByOrganization().forEach((name, t) -> tally("DSNs of " + name(name), t, lines));
      if (report.dsnsByOrganization().size() != 1) {
        tally("DSNs of all", report.dsns(), lines);
      }
    } else {
      lines.add("no DSNs");
    }
    lines.add("");
    if (!report.uncounted().isEmpty()) {
      StringJoiner uncounted = new StringJoiner(", ", "ignored: ", "");
      report.uncounted().forEach((kind, n) -> add(uncounted, kind.words(), n));
      lines.add(uncounted.toString());
    }
    if (report.leftOut() > 0) {
      lines.add(report.leftOut() + " messages skipped: older than the records in the topics");
    }
    if (report.unreadableCount() > 0) {
      lines.add(report.unreadableCount() + " records are unreadable:");
      report.unreadable().stream().limit(shown).forEach(r -> lines.add("  " + r));
      more(report.unreadableCount(), Math.min(shown, report.unreadable().size()), lines);
    }
    report.notes().forEach(note -> lines.add("note: " + note));
    report.alarmCounts().forEach((kind, count) -> alarms(report, kind, count, lines));
    lines.add(
        report.clean()
            ? "clean: every recipient is accounted for"
            : "NOT CLEAN: "
                + report.alarmCounts().values().stream().mapToLong(n -> n).sum()
                + " alarms"
                + (report.unreadableCount() > 0
                    ? ", " + report.unreadableCount() + " unreadable records"
                    : ""));
    return lines;
  }

  private void alarms(AuditReport report, AlarmKind kind, long count, List<String> lines) {
    lines.add("ALARM " + kind.words() + ": " + count);
    List<Alarm> kept = report.alarms().stream().filter(a -> a.kind() == kind).toList();
    for (Alarm alarm : kept.subList(0, Math.min(shown, kept.size()))) {
      lines.add(
          "  "
              + alarm.queueId()
              + (alarm.recipient() < 0 ? "" : " recipient " + alarm.recipient())
              + (alarm.queueId().isEmpty() ? "" : ": ")
              + alarm.lookedAt());
    }
    more(count, Math.min(shown, kept.size()), lines);
  }

  private void more(long count, int listed, List<String> lines) {
    if (count > listed) {
      lines.add(
          "  and "
              + (count - listed)
              + " more"
              + (shown == Integer.MAX_VALUE ? ", counted only" : " (--all lists them)"));
    }
  }

  private static String name(String organization) {
    return organization.isEmpty() ? "(none)" : organization;
  }

  private static void tally(String name, Tally tally, List<String> lines) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%-16s %10d %s %10d + %10d + %10d + %10d",
            name,
            tally.accepted(),
            tally.balanced() ? "=" : "≠",
            tally.delivered(),
            tally.failed(),
            tally.cancelled(),
            tally.pending()));
    StringJoiner behind = new StringJoiner(", ");
    add(behind, "messages", tally.messages());
    add(behind, "expired", tally.expired());
    for (Map.Entry<Place, Long> place : tally.pendingByPlace().entrySet()) {
      add(behind, place.getKey().words(), place.getValue());
    }
    add(behind, "FOUND NOWHERE", tally.foundNowhere());
    add(behind, "FOUND TWICE", tally.foundTwice());
    add(behind, "delivered after they had ended", tally.late());
    for (Map.Entry<DuplicateCause, Long> duplicate : tally.duplicates().entrySet()) {
      add(behind, "delivered again (" + duplicate.getKey().words() + ")", duplicate.getValue());
    }
    add(behind, "possibly delivered twice by their next hop", tally.perhapsTwice());
    lines.add("  " + behind);
  }

  private static void add(StringJoiner text, String words, long count) {
    if (count > 0) {
      text.add(count + " " + words);
    }
  }
}
