package io.postern.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Lateness;
import io.postern.delivery.destination.RouteChannel;
import io.postern.delivery.destination.RouteStates;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.keeper.Keeper;
import io.postern.delivery.nexthop.MailDns;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.position.DeliveryReader;
import io.postern.delivery.transaction.Connections;
import io.postern.delivery.transaction.HopTools;
import io.postern.delivery.transaction.HostChannel;
import io.postern.delivery.transaction.PresentedCertificates;
import io.postern.delivery.transaction.Relay;
import io.postern.delivery.transaction.SessionOpener;
import io.postern.delivery.transaction.Timeouts;
import io.postern.delivery.transaction.TlsClients;
import io.postern.log.ContentReader;
import io.postern.log.DirectoryReader;
import io.postern.log.KafkaVerdicts;
import io.postern.log.LinkMetrics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OwnTlsAnnouncer;
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
 * then; topics weaker than declared end the process. Stopped in reverse order: what is past its
 * final dot is waited for, a bounded time, the rest is handed over at once.
 */
@ApplicationScoped
public class DeliveryService {
  private static final Logger LOG = Logger.getLogger(DeliveryService.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration STUCK = Duration.ofMinutes(2);
  // Beside what the settings give: a revocation, a commit and leaving the group.
  private static final Duration STOP_MARGIN = Duration.ofSeconds(20);
  private static final Duration KEEPER_PATIENCE = Duration.ofSeconds(10);

  private final Configuration configuration;
  private final RouteChannel routes;
  private final HostChannel hosts;
  private final MeterRegistry registry;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private volatile @Nullable DirectoryReader<Directory> directory;
  private volatile @Nullable DeliveryReader reader;
  private volatile @Nullable Keeper keeper;
  private volatile boolean topicsVerified;
  private volatile boolean broken;
  private volatile boolean stopping;

  @Inject
  public DeliveryService(
      Configuration configuration, RouteChannel routes, HostChannel hosts, MeterRegistry registry) {
    this.configuration = configuration;
    this.routes = routes;
    this.hosts = hosts;
    this.registry = registry;
  }

  void start() throws ConfigurationProblem {
    LogSettings log = configuration.logSettings();
    Deployment deployment = configuration.deployment();
    DirectoryReader<Directory> routing = running(new DirectoryReader<>(log, Directory::of));
    Lateness lateness = running(new Lateness());
    Destinations destinations =
        new Destinations(
            configuration.destinations(), () -> share(deployment), this::crowded, lateness::late);
    Destinations mailHosts =
        Destinations.ofHosts(
            configuration.destinations().ofHosts(configuration.hostLimit()),
            () -> share(deployment),
            this::crowded,
            lateness::late);
    RouteStates states = running(new RouteStates(destinations, process(), routes::tell));
    Connections connections = running(connections());
    ContentReader contents = running(new ContentReader(log));
    Relay relay = relay(log, routing, destinations, mailHosts, connections, contents);
    LinkMetrics.register(registry);
    DeliveryMetrics metrics = new DeliveryMetrics(registry);
    Keeper held = new Keeper(log, contents::open, metrics::kept);
    DeliveryReader deliveries =
        new DeliveryReader(
            log,
            configuration.reader(),
            relay,
            () -> routing.current().isPresent(),
            metrics::recorded);
    metrics.gauges(deliveries, destinations, mailHosts, connections, lateness);
    directory = routing;
    reader = deliveries;
    keeper = held;
    PresentedCertificates presented = new PresentedCertificates(configuration.clientCertificates());
    metrics.certificates(presented);
    OwnTlsAnnouncer announcer =
        running(new OwnTlsAnnouncer(log, "delivery", configuration.replica(), presented));
    states.start();
    lateness.start();
    Thread.ofVirtual()
        .name("delivery-topics")
        .start(() -> begin(log, deployment, routing, announcer, () -> runAll(held, deliveries)));
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
      Destinations mailHosts,
      Connections connections,
      ContentReader contents)
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
            configuration.delivery().allowPrivateTargets(),
            new Random());
    TlsClients clients = new TlsClients(configuration.clientCertificates());
    KafkaVerdicts verdicts = running(new KafkaVerdicts(log));
    return new Relay(
        destinations,
        new HopTools(
            nextHops,
            mailHosts,
            new SessionOpener(ownName, timeouts, clients),
            connections,
            new Judge(verdicts, configuration.delivery().verdictPatience()),
            hosts,
            new CurrentRouting(routing),
            contents::open,
            timeouts,
            configuration.maxAddresses()));
  }

  private void begin(
      LogSettings log,
      Deployment deployment,
      DirectoryReader<Directory> routing,
      OwnTlsAnnouncer announcer,
      Runnable readers) {
    String said = "";
    try {
      while (!stopping) {
        try {
          TopicsSetup.createOrVerify(log, deployment);
          routing.start();
          topicsVerified = true;
          LOG.info("The log's topics are verified");
          announcer.start();
          readers.run();
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

  private void runAll(Keeper held, DeliveryReader deliveries) {
    run(held);
    run(deliveries); // stopped first: what it hands over shall not wait
  }

  private synchronized void run(DeliveryReader deliveries) {
    if (stopping) {
      return;
    }
    Thread thread = Thread.ofPlatform().name("delivery-reader").start(deliveries);
    running.push(
        () -> {
          deliveries.close();
          if (!thread.join(configuration.delivery().stopPatience().plus(STOP_MARGIN))) {
            LOG.warn("The reader did not stop in time");
          }
        });
  }

  private synchronized void run(Keeper held) {
    if (stopping) {
      return;
    }
    Thread thread = Thread.ofPlatform().name("held-content-keeper").daemon().start(held);
    running.push(
        () -> {
          held.close();
          if (!thread.join(KEEPER_PATIENCE)) {
            LOG.warn("The keeper of held contents did not stop in time");
          }
        });
  }

  private synchronized <T extends AutoCloseable> T running(T part) {
    running.push(part);
    return part;
  }

  /** Our part of each destination's limit: that of the deliveries. */
  private double share(Deployment deployment) {
    return (double) Math.max(1, partitions()) / deployment.partitions();
  }

  private boolean crowded() {
    DeliveryReader deliveries = reader;
    return deliveries != null && deliveries.crowded();
  }

  /** Another one after a restart, whose destinations are not known yet. */
  private String process() throws ConfigurationProblem {
    return configuration.replica() + "/" + ProcessHandle.current().pid();
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

  /** The reader's thread turns and the keeper's has not ended, or they have not begun. */
  boolean alive() {
    DeliveryReader deliveries = reader;
    Keeper held = keeper;
    return !broken
        && (held == null || held.alive())
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
