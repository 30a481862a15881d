package io.postern.policy.partner;

import io.postern.api.ProblemException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbeResult;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicOnDemand;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The probes in the log: asked by any replica, shown by each. Reading begins with the first
 * question, since most installations are never asked.
 *
 * <p>Bounds: the probes of the last hour, at most {@value #MOST} and {@value #MOST_BYTES} bytes,
 * the oldest leave first; {@link LastValidations}. Only administrators fill them. Thread-safe;
 * calls block for Kafka, 10 s at most.
 */
@Singleton
public class ProbeLog {
  static final int MOST = 500;
  static final int MOST_BYTES = 32 << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 500;
  // Another replica has asked: its record is on its way here.
  private static final Duration BEHIND = Duration.ofSeconds(2);
  private static final Logger LOG = Logger.getLogger(ProbeLog.class);

  private final LossySender sender;
  private final Map<String, Probe> probes = new LinkedHashMap<>(); // guarded by this
  private final LastValidations validations = new LastValidations(); // the same
  private final List<TopicOnDemand> topics;
  private long bytes;

  ProbeLog(LogSettings settings, LossySender sender) {
    this.sender = sender;
    topics =
        List.of(
            new TopicOnDemand(settings, Topics.PROBE_REQUESTS, this::request),
            new TopicOnDemand(settings, Topics.PROBE_RESULTS, this::result),
            new TopicOnDemand(settings, Topics.CONNECTOR_VALIDATIONS, this::validation));
  }

  private synchronized void request(ConsumerRecord<String, byte @Nullable []> record)
      throws IOException {
    byte[] value = record.value();
    if (value != null) {
      ProbeRequest request = ProbeRequest.parseFrom(value);
      bytes += probe(request.getProbeId()).asked(request, record.timestamp());
      evict();
      notifyAll();
    }
  }

  private synchronized void result(ConsumerRecord<String, byte @Nullable []> record)
      throws IOException {
    byte[] value = record.value();
    if (value != null) {
      ProbeResult result = ProbeResult.parseFrom(value);
      bytes += probe(result.getProbeId()).result(result);
      evict();
      notifyAll();
    }
  }

  private Probe probe(String id) {
    return probes.computeIfAbsent(id, Probe::new);
  }

  private void evict() {
    Iterator<Probe> eldest = probes.values().iterator();
    while (probes.size() > 1 && (probes.size() > MOST || bytes > MOST_BYTES)) {
      bytes -= eldest.next().bytes();
      eldest.remove();
    }
  }

  private synchronized void validation(ConsumerRecord<String, byte @Nullable []> record)
      throws IOException {
    byte[] value = record.value();
    if (value == null) {
      validations.remove(record.key());
    } else {
      validations.put(record.key(), ConnectorValidation.parseFrom(value));
    }
  }

  /**
   * Asks delivery-service. Its steps can be seen from now on.
   *
   * @throws ProblemException 503: the log is away
   */
  void ask(ProbeRequest request) {
    read();
    try {
      sender.sendNow(Topics.PROBE_REQUESTS, request.getProbeId(), request, PATIENCE);
    } catch (LogUnavailableException e) {
      LOG.warnf(e, "a validation cannot be requested");
      throw ProblemException.kafkaAway();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.kafkaAway();
    }
    synchronized (this) {
      bytes += probe(request.getProbeId()).asked(request, System.currentTimeMillis());
    }
  }

  /**
   * A probe of an organization as far as it is known; empty: there is none, which takes 2 s to say.
   */
  Optional<Probe.Snapshot> probe(String organization, String id) {
    read();
    synchronized (this) {
      long end = System.nanoTime() + BEHIND.toNanos();
      Probe probe = probes.get(id);
      for (long left = BEHIND.toMillis();
          (probe == null || probe.snapshot().request().getOrganization().isEmpty()) && left > 0;
          left = (end - System.nanoTime()) / 1_000_000) {
        try {
          wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw ProblemException.kafkaAway();
        }
        probe = probes.get(id);
      }
      return Optional.ofNullable(probe)
          .map(Probe::snapshot)
          .filter(known -> known.request().getOrganization().equals(organization));
    }
  }

  /**
   * A probe that was asked here, when it is over or the patience is.
   *
   * @param over looked at with each record, and twice a second, since silence ends it too
   */
  synchronized Probe.Snapshot await(String id, Predicate<Probe.Snapshot> over, Duration patience)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Probe.Snapshot probe = probe(id).snapshot();
    for (long left = patience.toMillis();
        !over.test(probe) && left > 0;
        left = (end - System.nanoTime()) / 1_000_000) {
      wait(Math.min(left, LOOK_MILLIS));
      probe = probe(id).snapshot();
    }
    return probe;
  }

  /** Probes of a connector, the newest first. */
  List<Probe.Snapshot> probes(String organization, String connector) {
    read();
    synchronized (this) {
      return probes.values().stream()
          .map(Probe::snapshot)
          .filter(
              probe ->
                  probe.request().getOrganization().equals(organization)
                      && probe.request().getConnector().equals(connector))
          .toList()
          .reversed();
    }
  }

  /** The last validation of a connector that was kept, of this definition or of an earlier one. */
  public Optional<ConnectorValidation> lastValidation(OutboundConnector connector) {
    read();
    synchronized (this) {
      return Optional.ofNullable(
          validations.get(connector.getOrganization() + "/" + connector.getName()));
    }
  }

  private void read() {
    topics.forEach(TopicOnDemand::start);
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (TopicOnDemand topic : topics) {
        if (!topic.awaitRead(Duration.ofNanos(end - System.nanoTime()))) {
          throw ProblemException.kafkaAway();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.kafkaAway();
    }
  }

  @PreDestroy
  void close() {
    topics.forEach(TopicOnDemand::close);
  }
}
