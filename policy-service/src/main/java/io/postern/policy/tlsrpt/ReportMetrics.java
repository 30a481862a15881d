package io.postern.policy.tlsrpt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Spelling;

/** The TLS reporter's metrics (README). Any thread. */
final class ReportMetrics {
  /** The reason why sessions, or a domain's day, are in no report. */
  enum Loss {
    /** Their day has its report. */
    LATE,
    /** Nobody made the report in time. */
    TOO_OLD,
    /** Too many domains. */
    NO_ROOM,
    /** {@link io.postern.policy.MailBudget}: a mail of a report. */
    OVER_BUDGET,
    /** Written by a newer version, or damaged. */
    UNREADABLE
  }

  /** What became of a try to post a report. */
  enum PostResult {
    TAKEN,
    FAILED,
    GIVEN_UP
  }

  private final MeterRegistry registry;

  ReportMetrics(MeterRegistry registry) {
    this.registry = registry;
    made();
    mails();
    startedOverCounter();
    for (Loss loss : Loss.values()) {
      loss(loss);
    }
    for (PostResult result : PostResult.values()) {
      post(result);
    }
  }

  void made(int mails) {
    made().increment();
    mails().increment(mails);
  }

  void lost(Loss loss, int count) {
    loss(loss).increment(count);
  }

  void posted(PostResult result) {
    post(result).increment();
  }

  void startedOver() {
    startedOverCounter().increment();
  }

  private Counter made() {
    return registry.counter("postern.tls.reports.made");
  }

  private Counter mails() {
    return registry.counter("postern.tls.reports.mails");
  }

  private Counter loss(Loss loss) {
    return registry.counter("postern.tls.reports.lost", "reason", Spelling.hyphens(loss));
  }

  private Counter post(PostResult result) {
    return registry.counter("postern.tls.reports.posts", "result", Spelling.hyphens(result));
  }

  private Counter startedOverCounter() {
    return registry.counter("postern.tls.reports.started.over");
  }
}
