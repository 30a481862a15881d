package io.postern.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Lateness;
import io.postern.delivery.keeper.Kept;
import io.postern.delivery.position.DeliveryReader;
import io.postern.delivery.position.TakeoverCounts;
import io.postern.delivery.transaction.Connections;
import io.postern.delivery.transaction.PresentedCertificates;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What /q/metrics says of deliveries; each is described in README.md. Any thread. */
final class DeliveryMetrics {
  private record Result(OutcomeKind kind, String reason) {}

  private final MeterRegistry registry;
  // Kept, since the registry builds an id at each look-up; of closed lists, as its own.
  private final Map<Result, Counter> recipients = new ConcurrentHashMap<>();
  private final Map<String, Counter> attempts = new ConcurrentHashMap<>();
  private final Counter reused;
  private final Counter fresh;
  private final Timer waited;
  private final Timer transfer;

  DeliveryMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.waited = registry.timer("postern.delivery.wait");
    this.transfer = registry.timer("postern.delivery.transfer");
    this.reused = registry.counter("postern.delivery.connections", "reused", "true");
    this.fresh = registry.counter("postern.delivery.connections", "reused", "false");
  }

  void gauges(
      DeliveryReader reader,
      Destinations destinations,
      Destinations hosts,
      Connections connections,
      Lateness lateness) {
    Gauge.builder("postern.delivery.open", reader, DeliveryReader::inWindow).register(registry);
    Gauge.builder("postern.delivery.lateness", lateness, Lateness::seconds)
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder("postern.delivery.running", destinations, Destinations::busy).register(registry);
    Gauge.builder("postern.delivery.waiting", destinations, Destinations::waiting)
        .register(registry);
    Gauge.builder("postern.delivery.destinations", destinations, d -> d.known() - d.dead())
        .tag("state", "open")
        .register(registry);
    Gauge.builder("postern.delivery.destinations", destinations, Destinations::dead)
        .tag("state", "dead")
        .register(registry);
    Gauge.builder("postern.delivery.hosts.waiting", hosts, Destinations::waiting)
        .register(registry);
    Gauge.builder("postern.delivery.connections.idle", connections, Connections::idle)
        .register(registry);
    Gauge.builder("postern.delivery.partitions", reader, r -> Math.max(0, r.assigned()))
        .register(registry);
    Gauge.builder("postern.delivery.watched", reader, DeliveryReader::watched).register(registry);
    takeover(reader.counts());
  }

  void certificates(PresentedCertificates certificates) {
    Gauge.builder("postern.delivery.client.certificates", certificates, PresentedCertificates::told)
        .tag("state", "told")
        .register(registry);
    Gauge.builder(
            "postern.delivery.client.certificates", certificates, PresentedCertificates::untold)
        .tag("state", "untold")
        .register(registry);
  }

  private void takeover(TakeoverCounts counts) {
    FunctionCounter.builder(
            "postern.delivery.handed.over", counts, TakeoverCounts::deliveriesHandedOver)
        .register(registry);
    FunctionCounter.builder("postern.delivery.late", counts, TakeoverCounts::lateOutcomes)
        .register(registry);
    FunctionCounter.builder("postern.delivery.lease.refused", counts, TakeoverCounts::leasesRefused)
        .register(registry);
    FunctionCounter.builder("postern.delivery.lease.waits", counts, TakeoverCounts::dotsThatWaited)
        .register(registry);
    FunctionCounter.builder(
            "postern.delivery.taker.waits", counts, TakeoverCounts::takersThatWaited)
        .register(registry);
    FunctionCounter.builder("postern.delivery.takes", counts, TakeoverCounts::takes)
        .register(registry);
    FunctionCounter.builder("postern.delivery.found", counts, TakeoverCounts::recipientsFound)
        .register(registry);
    FunctionCounter.builder("postern.delivery.later.owners", counts, TakeoverCounts::laterOwners)
        .register(registry);
    FunctionCounter.builder("postern.delivery.skipped", counts, TakeoverCounts::replays)
        .tag("kind", "replay")
        .register(registry);
    FunctionCounter.builder("postern.delivery.skipped", counts, TakeoverCounts::gaps)
        .tag("kind", "gap")
        .register(registry);
    FunctionCounter.builder(
            "postern.delivery.notices.without.room", counts, TakeoverCounts::noticesWithoutRoom)
        .register(registry);
    FunctionCounter.builder("postern.delivery.watched.cut", counts, TakeoverCounts::sessionsCut)
        .register(registry);
  }

  /** What became of a content that was to be kept. */
  void kept(Kept kept) {
    registry
        .counter("postern.delivery.kept", "result", kept.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  /** An outcome became durable. */
  void recorded(OutcomeRecorded outcome) {
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      recipients
          .computeIfAbsent(new Result(recipient.getKind(), recipient.getReason()), this::recipients)
          .increment();
    }
    if (!outcome.getToken().isEmpty()) { // "still open" has none
      attempts
          .computeIfAbsent(
              outcome.getToken(),
              token -> registry.counter("postern.delivery.attempts", "token", token))
          .increment();
    }
    if (!outcome.getAddress().isEmpty()) {
      (outcome.getTimings().getConnectionReused() ? reused : fresh).increment();
      transfer.record(Duration.ofMillis(outcome.getTimings().getTransferMillis()));
    }
    long wait = outcome.getTimings().getStartedMillis() - outcome.getTimings().getRequestedMillis();
    if (outcome.getTimings().getRequestedMillis() > 0 && wait >= 0) {
      waited.record(Duration.ofMillis(wait));
    }
  }

  private Counter recipients(Result result) {
    return registry.counter(
        "postern.delivery.recipients",
        "outcome",
        result.kind().name().toLowerCase(Locale.ROOT),
        "reason",
        result.reason());
  }
}
