package io.postern.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.position.DeliveryReader;
import io.postern.delivery.transaction.Connections;
import java.time.Duration;

/** What /q/metrics says of deliveries; each is described in README.md. Any thread. */
final class DeliveryMetrics {
  private final MeterRegistry registry;
  private final Timer waited;
  private final Timer transfer;

  DeliveryMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.waited = registry.timer("postern.delivery.wait");
    this.transfer = registry.timer("postern.delivery.transfer");
  }

  void gauges(DeliveryReader reader, Destinations destinations, Connections connections) {
    Gauge.builder("postern.delivery.open", reader, DeliveryReader::inWindow).register(registry);
    Gauge.builder("postern.delivery.running", destinations, Destinations::busy).register(registry);
    Gauge.builder("postern.delivery.waiting", destinations, Destinations::waiting)
        .register(registry);
    Gauge.builder("postern.delivery.connections.idle", connections, Connections::idle)
        .register(registry);
    Gauge.builder("postern.delivery.partitions", reader, r -> Math.max(0, r.assigned()))
        .register(registry);
  }

  /** An outcome became durable. */
  void recorded(OutcomeRecorded outcome) {
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      registry
          .counter(
              "postern.delivery.recipients",
              "outcome",
              recipient.getKind().name().toLowerCase(java.util.Locale.ROOT),
              "reason",
              recipient.getReason())
          .increment();
    }
    registry.counter("postern.delivery.attempts", "token", outcome.getToken()).increment();
    if (!outcome.getAddress().isEmpty()) {
      registry
          .counter(
              "postern.delivery.connections",
              "reused",
              Boolean.toString(outcome.getTimings().getConnectionReused()))
          .increment();
      transfer.record(Duration.ofMillis(outcome.getTimings().getTransferMillis()));
    }
    long wait = outcome.getTimings().getStartedMillis() - outcome.getTimings().getRequestedMillis();
    if (outcome.getTimings().getRequestedMillis() > 0 && wait >= 0) {
      waited.record(Duration.ofMillis(wait));
    }
  }
}
