package io.postern.operator.audit;

import java.util.concurrent.atomic.AtomicLong;

/** How far the reading is. Any thread. */
final class AuditProgress {
  private final AuditOptions.Progress told;
  private final AtomicLong done = new AtomicLong();
  private volatile long all;
  private volatile String step = "reading";

  AuditProgress(AuditOptions.Progress told) {
    this.told = told;
  }

  void begin(long offsets) {
    if (all > 0) {
      step = "looking again";
    }
    all = offsets;
    done.set(0);
    told.at(step, 0, all);
  }

  void passed(long offsets) {
    told.at(step, done.addAndGet(offsets), all);
  }
}
