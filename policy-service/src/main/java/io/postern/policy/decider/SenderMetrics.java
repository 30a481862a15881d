package io.postern.policy.decider;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.smtp.srs.SenderRewriting;

/** The counts of senders that a connector rewrites (README). Written by the decider's thread. */
final class SenderMetrics {
  private final Counter rewritten;
  private final Counter tooLong;
  private final Counter waiting;

  SenderMetrics(MeterRegistry registry) {
    rewritten = counter(registry, "rewritten");
    tooLong = counter(registry, "too-long");
    waiting = counter(registry, "waiting");
  }

  private static Counter counter(MeterRegistry registry, String result) {
    return Counter.builder("postern.decider.senders")
        .description("Recipients whose mail uses a connector that rewrites foreign senders")
        .tag("result", result)
        .register(registry);
  }

  void decided(DeliveryRequested delivery) {
    if (!delivery.getReversePath().isEmpty()) {
      rewritten.increment(delivery.getRecipientsCount());
      return;
    }
    int steps = delivery.getExplanation().getStepsCount();
    ExplanationStep last =
        steps == 0
            ? ExplanationStep.getDefaultInstance()
            : delivery.getExplanation().getSteps(steps - 1);
    if (last.getDetail().equals(SenderRewriting.TOO_LONG)) {
      tooLong.increment(delivery.getRecipientsCount());
    }
  }

  void waits() {
    waiting.increment();
  }
}
