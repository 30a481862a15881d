package io.postern.policy.decider;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The decider's metrics (README). Written by its thread, read by any. */
public final class DeciderMetrics {
  private final Counter deliver;
  private final Counter hold;
  private final Counter fail;
  private final SenderMetrics senders;
  private final Counter undecidable;
  private final Counter startedOver;
  private final DistributionSummary batch;
  private final Timer acknowledged;
  private final AtomicLong lag = new AtomicLong();

  public DeciderMetrics(MeterRegistry registry) {
    deliver = decisions(registry, "deliver");
    hold = decisions(registry, "hold");
    fail = decisions(registry, "fail");
    senders = new SenderMetrics(registry);
    undecidable =
        Counter.builder("postern.decider.undecidable")
            .description("Records held because they cannot be decided")
            .register(registry);
    startedOver =
        Counter.builder("postern.decider.started.over")
            .description(
                "Failed sends; the decider decides again from the last acknowledged source")
            .register(registry);
    batch =
        DistributionSummary.builder("postern.decider.batch.records")
            .description("Records decided in one batch")
            .register(registry);
    acknowledged =
        Timer.builder("postern.decider.acknowledged")
            .description("Time from sending a Decision to its acknowledgement by Kafka")
            .register(registry);
    Gauge.builder("postern.decider.lag.records", lag, AtomicLong::get)
        .description("Records not decided yet in this replica's partitions, as of the last poll")
        .register(registry);
  }

  private static Counter decisions(MeterRegistry registry, String kind) {
    return Counter.builder("postern.decider.recipients")
        .description("Recipients decided, by kind of decision; decided again count again")
        .tag("decision", kind)
        .register(registry);
  }

  void decided(Decision.Builder decision) {
    decision
        .getDeliveriesList()
        .forEach(
            delivery -> {
              deliver.increment(delivery.getRecipientsCount());
              senders.decided(delivery);
            });
    for (OutcomeRecorded outcome : decision.getOutcomesList()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        switch (recipient.getKind()) {
          case HELD -> hold.increment();
          case DEFERRED -> senders.waits();
          default -> fail.increment();
        }
      }
    }
  }

  void undecidable() {
    undecidable.increment();
  }

  void startedOver() {
    startedOver.increment();
  }

  void decided(int records) {
    batch.record(records);
  }

  void acknowledged(Duration took) {
    acknowledged.record(took);
  }

  void lag(long records) {
    lag.set(records);
  }
}
