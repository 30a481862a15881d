package io.postern.contracts;

import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.ScheduleEntryOrBuilder;
import io.postern.contracts.v1.ScheduleState;

/** Entries of the schedule that rest (docs/design/destinations.md, "Parked mail"). Pure. */
public final class ParkedEntries {
  private ParkedEntries() {}

  /**
   * It waits until its route is up, whatever its time says. All that makes it come again otherwise,
   * such as an administrator, has a cause of its own.
   */
  public static boolean isParked(ScheduleEntryOrBuilder entry) {
    return entry.getState() == ScheduleState.WAITING
        && entry.getParked()
        && entry.getCause() == DueCause.DUE_RETRY;
  }
}
