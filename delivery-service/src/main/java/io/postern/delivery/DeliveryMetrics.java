package io.postern.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.Timings;
import io.postern.delivery.certificates.PresentedCertificates;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Lateness;
import io.postern.delivery.keeper.KeepResult;
import io.postern.delivery.mtasts.KafkaStsPolicies;
import io.postern.delivery.position.DeliveryReader;
import io.postern.delivery.session.Connections;
import io.postern.log.content.ContentReader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The metrics of deliveries; README.md describes each. Any thread. */
final class DeliveryMetrics {
  private record Result(OutcomeKind kind, String reason) {}

  /** A counter by connector: its name, and the value of its other label. */
  private record ConnectorResult(String counter, String connector, String value) {}

  private static final Duration[] FIRST_ATTEMPT =
      Stream.of(10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);
  private static final List<String> STAGES =
      List.of("slot", "host-slot", "dns", "open", "verdict", "envelope", "data", "final-dot");

  private final MeterRegistry registry;
  // Kept, since the registry builds an id at each look-up; of closed lists, as its own.
  private final Map<Result, Counter> recipients = new ConcurrentHashMap<>();
  private final Map<String, Counter> attempts = new ConcurrentHashMap<>();
  private final Counter reused;
  private final Counter fresh;
  private final Timer waited;
  private final Timer transfer;
  private final Timer firstAttempt;
  private final Map<String, Timer> stages = new LinkedHashMap<>();
  private final ConnectorLabels connectors;
  private final Map<ConnectorResult, Counter> byConnector = new ConcurrentHashMap<>();

  DeliveryMetrics(MeterRegistry registry, ConnectorLabels connectors) {
    this.registry = registry;
    this.connectors = connectors;
    this.firstAttempt =
        Timer.builder("postern.delivery.first.attempt")
            .serviceLevelObjectives(FIRST_ATTEMPT)
            .register(registry);
    for (String stage : STAGES) {
      stages.put(stage, registry.timer("postern.delivery.stage", "stage", stage));
    }
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
      Lateness lateness,
      PresentedCertificates certificates,
      KafkaStsPolicies policies,
      ContentReader contents) {
    contents("fetched", contents, ContentReader::fetched);
    contents("used", contents, ContentReader::used);
    registry.gauge("postern.delivery.policies", policies, KafkaStsPolicies::count);
    registry.gauge("postern.delivery.open", reader, DeliveryReader::inWindow);
    Gauge.builder("postern.delivery.lateness", lateness, Lateness::seconds)
        .baseUnit("seconds")
        .register(registry);
    registry.gauge("postern.delivery.running", destinations, Destinations::busy);
    registry.gauge("postern.delivery.waiting", destinations, Destinations::waiting);
    registry.gauge(
        "postern.delivery.destinations",
        Tags.of("state", "open"),
        destinations,
        d -> d.known() - d.dead());
    registry.gauge(
        "postern.delivery.destinations",
        Tags.of("state", "dead"),
        destinations,
        Destinations::dead);
    registry.gauge("postern.delivery.hosts.waiting", hosts, Destinations::waiting);
    registry.gauge("postern.delivery.connections.idle", connections, Connections::idle);
    registry.gauge("postern.delivery.partitions", reader, r -> Math.max(0, r.assigned()));
    registry.gauge("postern.delivery.watched", reader, DeliveryReader::watched);
    registry.gauge(
        "postern.delivery.client.certificates",
        Tags.of("state", "told"),
        certificates,
        PresentedCertificates::published);
    registry.gauge(
        "postern.delivery.client.certificates",
        Tags.of("state", "untold"),
        certificates,
        PresentedCertificates::unpublished);
  }

  private void contents(
      String what, ContentReader contents, ToDoubleFunction<ContentReader> bytes) {
    FunctionCounter.builder("postern.delivery.content", contents, bytes)
        .tag("what", what)
        .baseUnit("bytes")
        .register(registry);
  }

  /** A content that was to be kept. */
  void kept(KeepResult kept) {
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
      count(
          outcome,
          "postern.delivery.connector.recipients",
          "outcome",
          spelled(recipient.getKind()));
    }
    Stream.concat(
            Stream.of(outcome.getToken()),
            outcome.getOtherConnectionsList().stream().map(OutcomeConnection::getToken))
        .distinct()
        .forEach(token -> attempt(outcome, token));
    if (!outcome.getAddress().isEmpty()) {
      (outcome.getTimings().getConnectionReused() ? reused : fresh).increment();
      transfer.record(Duration.ofMillis(outcome.getTimings().getTransferMillis()));
      stages(outcome.getTimings());
    }
    firstAttempt(outcome);
    long wait = outcome.getTimings().getStartedMillis() - outcome.getTimings().getRequestedMillis();
    if (outcome.getTimings().getRequestedMillis() > 0 && wait >= 0) {
      waited.record(Duration.ofMillis(wait));
    }
  }

  /** One that used connections of several kinds counts under each. */
  private void attempt(OutcomeRecorded outcome, String token) {
    if (!token.isEmpty()) { // "still open" has none
      attempts
          .computeIfAbsent(
              token, one -> registry.counter("postern.delivery.attempts", "token", one))
          .increment();
      count(outcome, "postern.delivery.connector.attempts", "token", token);
    }
  }

  private void stages(Timings timings) {
    int[] millis = {
      timings.getSlotMillis(),
      timings.getHostSlotMillis(),
      timings.getDnsMillis(),
      timings.getOpenMillis(),
      timings.getVerdictMillis(),
      timings.getEnvelopeMillis(),
      timings.getDataMillis(),
      timings.getEndMillis()
    };
    int next = 0;
    for (Timer stage : stages.values()) {
      stage.record(millis[next++], TimeUnit.MILLISECONDS);
    }
  }

  /** From ingress' clock to this one's. */
  private void firstAttempt(OutcomeRecorded outcome) {
    Timings timings = outcome.getTimings();
    long start = timings.getStartedMillis() + timings.getSlotMillis();
    if (outcome.getAttempt() == 1
        && !outcome.getNoAttempt()
        && timings.getStartedMillis() > 0
        && outcome.getAcceptedMillis() > 0) {
      firstAttempt.record(Math.max(0, start - outcome.getAcceptedMillis()), TimeUnit.MILLISECONDS);
    }
  }

  private void count(OutcomeRecorded outcome, String counter, String label, String value) {
    String connector = connectors.of(outcome.getOrganization(), outcome.getConnector());
    byConnector
        .computeIfAbsent(
            new ConnectorResult(counter, connector, value),
            result -> registry.counter(counter, "connector", connector, label, value))
        .increment();
  }

  private static String spelled(OutcomeKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private Counter recipients(Result result) {
    return registry.counter(
        "postern.delivery.recipients",
        "outcome",
        spelled(result.kind()),
        "reason",
        result.reason());
  }
}
