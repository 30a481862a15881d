package io.postern.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.nexthop.MailDns;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.position.DeliveryReader;
import io.postern.delivery.transaction.Connections;
import io.postern.delivery.transaction.Relay;
import io.postern.delivery.transaction.SessionOpener;
import io.postern.delivery.transaction.Timeouts;
import io.postern.delivery.transaction.TlsClients;
import io.postern.log.ContentReader;
import io.postern.log.DirectoryReader;
import io.postern.log.KafkaVerdicts;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.TopicsSetup;
import io.postern.log.WeakTopicException;
import io.postern.rules.Directory;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts the service together, in any start order: until the topics are verified and the directory is
 * read to its end nothing is delivered. A log that is away is tried for ever, with a line now and
 * then; topics weaker than declared end the process. Stopped in reverse order: open deliveries are
 * waited for, a bounded time.
 */
@ApplicationScoped
public class DeliveryService {
  private static final Logger LOG = Logger.getLogger(DeliveryService.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration STUCK = Duration.ofMinutes(2);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(40);

  private final Configuration configuration;
  private final MeterRegistry registry;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private volatile @Nullable DirectoryReader<Directory> directory;
  private volatile @Nullable DeliveryReader reader;
  private volatile boolean topicsVerified;
  private volatile boolean broken;
  private volatile boolean stopping;

  @Inject
  public DeliveryService(Configuration configuration, MeterRegistry registry) {
    this.configuration = configuration;
    this.registry = registry;
  }

  void start() throws ConfigurationProblem {
    LogSettings log = configuration.logSettings();
    Deployment deployment = configuration.deployment();
    DirectoryReader<Directory> routing = running(new DirectoryReader<>(log, Directory::of));
    Destinations destinations = new Destinations(configuration.destinationLimit());
    Connections connections = running(connections());
    Relay relay = relay(log, routing, destinations, connections);
    DeliveryMetrics metrics = new DeliveryMetrics(registry);
    DeliveryReader deliveries =
        new DeliveryReader(
            log,
            configuration.reader(),
            relay,
            () -> routing.current().isPresent(),
            metrics::recorded);
    metrics.gauges(deliveries, destinations, connections);
    directory = routing;
    reader = deliveries;
    Thread.ofVirtual()
        .name("delivery-topics")
        .start(() -> begin(log, deployment, routing, deliveries));
  }

  private Connections connections() {
    DeliverySettings settings = configuration.delivery();
    return new Connections(
        settings.connections().idle(),
        settings.connections().uses(),
        settings.connections().idleTime(),
        settings.timeout().quit());
  }

  private Relay relay(
      LogSettings log,
      DirectoryReader<Directory> routing,
      Destinations destinations,
      Connections connections)
      throws ConfigurationProblem {
    String ownName = configuration.hostName();
    Timeouts timeouts = configuration.timeouts();
    NextHops nextHops =
        new NextHops(
            new MailDns(
                configuration.dnsServers(),
                configuration.dns().timeout(),
                configuration.dns().patience(),
                configuration.dns().cacheEntries()),
            configuration.mxPort(),
            ownName,
            configuration.maxHosts(),
            new Random());
    TlsClients clients = new TlsClients(configuration.clientCertificates());
    KafkaVerdicts verdicts = running(new KafkaVerdicts(log));
    ContentReader contents = running(new ContentReader(log));
    return new Relay(
        destinations,
        nextHops,
        new SessionOpener(ownName, timeouts, clients),
        connections,
        new Judge(verdicts, configuration.delivery().verdictPatience()),
        new CurrentRouting(routing),
        contents::open,
        timeouts,
        configuration.maxAddresses());
  }

  private void begin(
      LogSettings log,
      Deployment deployment,
      DirectoryReader<Directory> routing,
      DeliveryReader deliveries) {
    String said = "";
    try {
      while (!stopping) {
        try {
          TopicsSetup.createOrVerify(log, deployment);
          routing.start();
          topicsVerified = true;
          LOG.info("The log's topics are verified");
          run(deliveries);
          return;
        } catch (LogUnavailableException away) {
          String why = String.valueOf(away.getMessage());
          if (!why.equals(said)) {
            LOG.warnf("The log cannot be used yet, nothing is delivered: %s", why);
            said = why;
          }
          Thread.sleep(PAUSE);
        }
      }
    } catch (WeakTopicException weak) {
      LOG.error(weak.getMessage());
      broken = true;
      Quarkus.asyncExit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void run(DeliveryReader deliveries) {
    if (stopping) {
      return;
    }
    Thread thread = Thread.ofPlatform().name("delivery-reader").start(deliveries);
    running.push(
        () -> {
          deliveries.close();
          if (!thread.join(STOP_PATIENCE)) {
            LOG.warn("The reader did not stop in time");
          }
        });
  }

  private synchronized <T extends AutoCloseable> T running(T part) {
    running.push(part);
    return part;
  }

  boolean broken() {
    return broken;
  }

  boolean topicsVerified() {
    return topicsVerified;
  }

  boolean directoryCurrent() {
    DirectoryReader<Directory> routing = directory;
    return topicsVerified && routing != null && routing.current().isPresent();
  }

  /** Partitions owned; -1: no member of the group. */
  int partitions() {
    DeliveryReader deliveries = reader;
    return deliveries == null ? -1 : deliveries.assigned();
  }

  boolean committing() {
    DeliveryReader deliveries = reader;
    return deliveries != null && deliveries.committing();
  }

  /** The reader's thread turns, or has not begun. */
  boolean alive() {
    DeliveryReader deliveries = reader;
    return !broken
        && (!topicsVerified || deliveries == null || deliveries.sinceTurn().compareTo(STUCK) < 0);
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    AutoCloseable part = next();
    while (part != null) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warnf(e, "%s did not close", part.getClass().getSimpleName());
      }
      part = next();
    }
  }

  private synchronized @Nullable AutoCloseable next() {
    return running.poll();
  }
}
