package io.postern.operator.audit;

import org.jspecify.annotations.Nullable;

/** A recipient's problem at one look. The audit looks again before it raises an alarm. */
enum Problem {
  NONE(null),
  NOWHERE(AlarmKind.FOUND_NOWHERE),
  TWICE(AlarmKind.FOUND_TWICE),
  OPEN_ALONE(AlarmKind.OPEN_WITHOUT_ATTEMPT),
  OVERDUE(AlarmKind.OVERDUE),
  STANDING_STILL(AlarmKind.STANDING_STILL),
  STATE_AFTER_END(AlarmKind.STATE_AFTER_END),
  SCHEDULED_AFTER_END(AlarmKind.SCHEDULED_AFTER_END),
  NO_NOTICE(AlarmKind.DSN_LOST),
  NO_DSN(AlarmKind.DSN_LOST);

  private final @Nullable AlarmKind alarm;

  Problem(@Nullable AlarmKind alarm) {
    this.alarm = alarm;
  }

  AlarmKind alarm() {
    if (alarm == null) {
      throw new IllegalStateException("a problem needs an alarm");
    }
    return alarm;
  }
}
