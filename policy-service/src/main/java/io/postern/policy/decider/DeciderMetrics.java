package io.postern.policy.decider;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** What the decider tells of itself (README). Written by its thread, read by any. */
public final class DeciderMetrics {
  private final Counter deliver;
  private final Counter hold;
  private final Counter fail;
  private final Counter undecidable;
  private final Counter startedOver;
  private final DistributionSummary batch;
  private final Timer transaction;
  private final AtomicLong lag = new AtomicLong();

  public DeciderMetrics(MeterRegistry registry) {
    deliver = decisions(registry, "deliver");
    hold = decisions(registry, "hold");
    fail = decisions(registry, "fail");
    undecidable =
        Counter.builder("postern.decider.undecidable")
            .description("Records held because they cannot be decided")
            .register(registry);
    startedOver =
        Counter.builder("postern.decider.started.over")
            .description("Transactions aborted and read again from the committed positions")
            .register(registry);
    batch =
        DistributionSummary.builder("postern.decider.batch.records")
            .description("Records decided in one transaction")
            .register(registry);
    transaction =
        Timer.builder("postern.decider.transaction")
            .description("From the first decision of a batch to its commit")
            .register(registry);
    Gauge.builder("postern.decider.lag.records", lag, AtomicLong::get)
        .description("Records that wait in this replica's partitions, as of the last poll")
        .register(registry);
  }

  private static Counter decisions(MeterRegistry registry, String kind) {
    return Counter.builder("postern.decider.recipients")
        .description("Recipients decided, by kind of decision; aborted ones count again")
        .tag("decision", kind)
        .register(registry);
  }

  void decided(Decision decision) {
    decision.deliveries().forEach(delivery -> deliver.increment(delivery.getRecipientsCount()));
    for (OutcomeRecorded outcome : decision.outcomes()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        (recipient.getKind() == OutcomeKind.HELD ? hold : fail).increment();
      }
    }
  }

  void undecidable() {
    undecidable.increment();
  }

  void startedOver() {
    startedOver.increment();
  }

  void committed(int records, Duration took) {
    batch.record(records);
    transaction.record(took);
  }

  void lag(long records) {
    lag.set(records);
  }
}
