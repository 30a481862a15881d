package io.postern.policy.notices;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Spelling;

/** The notice writer's metrics (README). Any thread. */
final class NoticeMetrics {
  /** The reason why no DSN reports a recipient. */
  enum Silence {
    /** Never a bounce of a bounce (RFC 5321 §6.1). */
    NULL_REVERSE_PATH,
    /** NOTIFY does not ask for it (RFC 3461 §4.1). */
    NOT_ASKED,
    /** The message that it is about is gone, or cannot be read. */
    UNREADABLE,
    /** {@link io.postern.policy.MailBudget}. */
    OVER_BUDGET
  }

  private final MeterRegistry registry;

  NoticeMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Action action : Action.values()) {
      written(action);
    }
    for (Silence silence : Silence.values()) {
      suppressed(silence);
    }
    startedOverCounter();
  }

  void written(Action action, int recipients) {
    written(action).increment(recipients);
  }

  void suppressed(Silence silence, int recipients) {
    suppressed(silence).increment(recipients);
  }

  void startedOver() {
    startedOverCounter().increment();
  }

  private Counter written(Action action) {
    return Counter.builder("postern.notices.recipients")
        .description("Recipients in DSNs; those of an aborted batch are counted again")
        .tag("action", action.word())
        .register(registry);
  }

  private Counter suppressed(Silence silence) {
    return Counter.builder("postern.notices.suppressed")
        .description("Recipients without a DSN, by reason")
        .tag("reason", Spelling.hyphens(silence))
        .register(registry);
  }

  private Counter startedOverCounter() {
    return Counter.builder("postern.notices.started.over")
        .description("Transactions aborted and read again from the committed positions")
        .register(registry);
  }
}
