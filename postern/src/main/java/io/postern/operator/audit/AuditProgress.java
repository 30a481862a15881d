package io.postern.operator.audit;

import java.util.concurrent.atomic.AtomicLong;

/** Progress of the reading. Any thread. */
final class AuditProgress {
  private final AuditOptions.Progress progress;
  private final AtomicLong done = new AtomicLong();
  private volatile long all;
  private volatile String step = "reading";

  AuditProgress(AuditOptions.Progress progress) {
    this.progress = progress;
  }

  void begin(long offsets) {
    if (all > 0) {
      step = "checking again";
    }
    all = offsets;
    done.set(0);
    progress.at(step, 0, all);
  }

  void passed(long offsets) {
    progress.at(step, done.addAndGet(offsets), all);
  }
}
