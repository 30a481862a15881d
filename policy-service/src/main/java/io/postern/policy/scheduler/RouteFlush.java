package io.postern.policy.scheduler;

import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The retry of all recipients that wait for one route: a mark with a cursor, which walks over the
 * schedule in pieces (docs/design/architecture.md, "Time"). One flush at a time, in the order of
 * the routes' names. A recipient that comes to wait behind the cursor has just been tried. Owner:
 * the partition's task.
 */
final class RouteFlush {
  private static final Logger LOG = Logger.getLogger(RouteFlush.class);

  /** Entries looked at in one piece: some milliseconds. */
  static final int LOOKED_AT = 2_000;

  private final Entries entries;
  private final ScheduleMarks marks;
  private final Transitions transitions;

  RouteFlush(Entries entries, ScheduleMarks marks, Transitions transitions) {
    this.entries = entries;
    this.marks = marks;
    this.transitions = transitions;
  }

  boolean underWay() {
    return !marks.isEmpty() && marks.flush() != null;
  }

  /** Whether the outcomes that the log had at the flush's request have been read. */
  boolean mayGoOn(long readUntil) {
    MessageControl flush = marks.isEmpty() ? null : marks.flush();
    return flush != null && flush.getAtMillis() <= readUntil;
  }

  /** One piece: at most {@code most} attempts. */
  void step(Changes changes, int most) {
    MessageControl flush = marks.flush();
    if (flush == null || most <= 0) {
      return;
    }
    int released = 0;
    int lookedAt = 0;
    String cursor = marks.cursor(flush);
    for (Map.Entry<String, @Nullable ScheduleEntry> next :
        entries.following(cursor, LOOKED_AT).entrySet()) {
      if (released == most) {
        break;
      }
      lookedAt++;
      cursor = next.getKey();
      ScheduleEntry entry = next.getValue();
      if (entry != null && concerned(entry, flush, changes.now())) {
        ScheduleEntry flushed =
            entry.toBuilder()
                .setDueMillis(Math.min(entry.getDueMillis(), changes.now()))
                .setCause(DueCause.DUE_ASKED_FOR)
                .build();
        transitions.open(changes, EntryKey.parse(next.getKey()), flushed);
        released++;
      }
    }
    boolean end = lookedAt < LOOKED_AT && released < most;
    String last = cursor;
    changes.later(
        () -> {
          if (end) {
            marks.flushed(flush);
            LOG.infof("route %s is flushed", flush.getRoute());
          } else {
            marks.cursor(flush, last);
          }
        });
  }

  private static boolean concerned(ScheduleEntry entry, MessageControl flush, long now) {
    return entry.getState() == ScheduleState.WAITING
        && entry.getRoute().equals(flush.getRoute())
        && now < entry.getExpiresMillis()
        && (flush.getOrganization().isEmpty()
            || flush.getOrganization().equals(entry.getOrganization()));
  }
}
