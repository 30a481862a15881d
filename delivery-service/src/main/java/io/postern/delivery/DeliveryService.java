package io.postern.delivery;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.delivery.certificates.HostChannel;
import io.postern.delivery.certificates.PresentedCertificates;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Lateness;
import io.postern.delivery.destination.RouteStates;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.keeper.Keeper;
import io.postern.delivery.mtasts.KafkaStsPolicies;
import io.postern.delivery.mtasts.StsLookup;
import io.postern.delivery.nexthop.MailDns;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.position.DeliveryReader;
import io.postern.delivery.probe.Probes;
import io.postern.delivery.recipients.MailboxQuestion;
import io.postern.delivery.recipients.RecipientQuestions;
import io.postern.delivery.relay.Relay;
import io.postern.delivery.relay.RelayTools;
import io.postern.delivery.session.Connections;
import io.postern.delivery.session.CredentialsFolder;
import io.postern.delivery.session.HopTools;
import io.postern.delivery.session.SessionOpener;
import io.postern.delivery.session.TlsClients;
import io.postern.delivery.tlsrpt.ReportMailReader;
import io.postern.delivery.tlsrpt.SessionCounter;
import io.postern.delivery.tlsrpt.SessionResults;
import io.postern.dns.ResolverSelfTest;
import io.postern.dns.dane.DaneLookup;
import io.postern.log.LogSettings;
import io.postern.log.TrustedClock;
import io.postern.log.asking.LossySender;
import io.postern.log.certificates.OwnTlsAnnouncer;
import io.postern.log.content.ContentReader;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.sending.RecordSink;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.rules.Directory;
import io.postern.service.RunningParts;
import io.postern.service.Service;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Random;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the service. They start in any order: until the topics are verified and the
 * directory is read to its end nothing is delivered. They stop in reverse order: deliveries past
 * their final dot are waited for, a bounded time, the rest is handed over at once.
 *
 * <p>Ready: member of the group, directory read to its end and its reader not silent, policies of
 * MTA-STS read to their end, outcomes can be committed. A replica beyond the number of partitions
 * owns none and is ready all the same. Alive: the threads of reader and keeper are there and turn,
 * whether the log is there or not.
 */
@Singleton
public class DeliveryService implements Service {
  private static final Duration SELF_TEST = Duration.ofSeconds(5);
  private static final int SHOWN = 5; // names in the note
  private static final Logger LOG = Logger.getLogger(DeliveryService.class);
  private static final Duration STUCK = Duration.ofMinutes(2);
  // Beside the patience of the settings: a revocation, a commit and leaving the group.
  private static final Duration STOP_MARGIN = Duration.ofSeconds(20);

  private final Configuration configuration;
  private final LogSettings log;
  private final LossySender sender;
  private final DirectoryReader<Directory> directory;
  private final RecordSink records;
  private final MeterRegistry registry;
  private final PresentedCertificates presented;
  private final OwnTlsAnnouncer announcer;
  private final RunningParts running = new RunningParts();
  private final KafkaStsPolicies policies;
  private final TlsClients clients;
  private volatile @Nullable RecipientQuestions recipients;
  private volatile @Nullable Probes probes;
  private volatile @Nullable ResolverSelfTest selfTest;
  private volatile @Nullable DeliveryReader reader;
  private volatile @Nullable Keeper keeper;
  private volatile boolean begun;
  private volatile int homePartitions = 1;

  DeliveryService(
      Configuration configuration,
      LogSettings log,
      LossySender sender,
      DirectoryReader<Directory> directory,
      RecordSink records,
      MeterRegistry registry) {
    this.configuration = configuration;
    this.log = log;
    this.sender = sender;
    this.directory = directory;
    this.records = records;
    this.registry = registry;
    presented = new PresentedCertificates(configuration.clientCertificates);
    policies = new KafkaStsPolicies(log, sender);
    clients = new TlsClients(configuration.clientCertificates);
    announcer = new OwnTlsAnnouncer(log, "delivery", configuration.replica, presented);
  }

  void start(@Observes StartupEvent event) {
    selfTest = running.add(new ResolverSelfTest(configuration.resolver, DeliveryService::tested));
    Lateness lateness = running.add(new Lateness());
    Destinations destinations =
        new Destinations(configuration.destinations, this::share, this::crowded, lateness::late);
    Destinations mailHosts =
        Destinations.ofHosts(
            configuration.destinations.ofHosts(
                configuration.hostLimit, configuration.hostMessagesPerMinute),
            this::share,
            this::crowded,
            lateness::late);
    RouteStates states = running.add(new RouteStates(destinations, process(), records, registry));
    Connections connections = running.add(connections());
    ContentReader contents = running.add(new ContentReader(log));
    RelayTools tools =
        new RelayTools(
            tools(),
            mailHosts,
            connections,
            new HostChannel(records, registry),
            sessionResults(),
            new CurrentRouting(directory::current),
            contents::open);
    Deliverer relay = readingReports(new Relay(destinations, tools), contents);
    recipients = recipients(tools.hop());
    probes = probes(tools);
    DeliveryMetrics metrics =
        new DeliveryMetrics(registry, new ConnectorLabels(directory::current));
    keeper = new Keeper(log, contents::open, metrics::kept);
    DeliveryReader deliveries =
        new DeliveryReader(
            log,
            configuration.reader,
            relay,
            () -> directory.current().isPresent() && policies.complete(),
            metrics::recorded,
            registry);
    reader = deliveries;
    metrics.gauges(
        deliveries, destinations, mailHosts, connections, lateness, presented, policies, contents);
    running.add(announcer);
    running.add(policies);
    states.start();
    lateness.start();
  }

  private Connections connections() {
    DeliverySettings settings = configuration.delivery;
    return new Connections(
        settings.connections().idle(),
        settings.connections().uses(),
        settings.connections().idleTime(),
        settings.timeout().quit());
  }

  private RecipientQuestions recipients(HopTools tools) {
    RecipientSettings settings = configuration.recipients;
    Connections own = running.add(settings.connections());
    HopTools asking =
        tools.with(new SessionOpener(settings.timeouts(), clients), settings.timeouts());
    return running.add(
        new RecipientQuestions(
            log,
            sender,
            directory::current,
            new MailboxQuestion(settings.destinations(), asking, own)::ask,
            settings.perMinute(),
            registry));
  }

  private Probes probes(RelayTools tools) {
    RecipientSettings bounds = configuration.recipients; // few and apart from mail, as these are
    RelayTools ofTests = tools.ofTests(running.add(bounds.connections()));
    return running.add(
        new Probes(log, sender, tools.hop(), new Relay(bounds.destinations(), ofTests), registry));
  }

  private HopTools tools() {
    NextHops nextHops =
        new NextHops(
            new MailDns(configuration.resolver),
            configuration.mxPort,
            configuration.hostName,
            configuration.ownAddresses,
            configuration.maxHosts,
            configuration.delivery.allowPrivateTargets(),
            new Random());
    KafkaVerdicts verdicts =
        running.add(new KafkaVerdicts(log, sender, configuration.verdictCacheBytes));
    DaneLookup dane = new DaneLookup(configuration.resolver);
    return new HopTools(
        configuration.identity,
        new CredentialsFolder(configuration.credentials),
        nextHops,
        new HostDemands(
            () -> configuration.resolver.proves() ? dane : null,
            new StsLookup(
                configuration.resolver,
                policies,
                configuration.policyPatience,
                TrustedClock.ofTheMachine())),
        new SessionOpener(configuration.timeouts, clients),
        new Judge(verdicts, configuration.delivery.verdictPatience()),
        configuration.timeouts,
        configuration.maxAddresses);
  }

  private Deliverer readingReports(Relay relay, ContentReader contents) {
    if (configuration.delivery.tlsReportAddress().isEmpty()) {
      return relay;
    }
    ReportMailReader reports =
        running.add(
            new ReportMailReader(
                relay,
                configuration.delivery.tlsReportAddress().get(),
                contents::open,
                log,
                records,
                registry));
    reports.start();
    return reports;
  }

  private SessionResults sessionResults() {
    if (!configuration.delivery.tlsReports()) {
      return SessionResults.NONE;
    }
    SessionCounter counter =
        running.add(
            new SessionCounter(
                configuration.resolver, records, System::currentTimeMillis, registry));
    counter.start();
    return counter;
  }

  private static void tested(String problem) {
    if (problem.isEmpty()) {
      LOG.info("DNS responses are validated: DANE applies");
    } else {
      LOG.warnf("DANE applies to no domain: %s", problem);
    }
  }

  /** Else DANE would apply to none of the first messages. Servers that are silent stop no mail. */
  private void awaitSelfTest() {
    try {
      requireNonNull(selfTest).await(SELF_TEST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void begin(@Observes TopicsVerified topics) {
    homePartitions = topics.homePartitions();
    directory.start();
    announcer.start();
    policies.start();
    requireNonNull(recipients).start();
    requireNonNull(probes).start();
    running.add(requireNonNull(keeper)).start();
    awaitSelfTest();
    // Stopped first: deliveries that it hands over shall not wait.
    DeliveryReader deliveries = requireNonNull(reader);
    Thread thread = Thread.ofPlatform().name("delivery-reader").start(deliveries);
    running.add(
        () -> {
          deliveries.close();
          if (!thread.join(configuration.delivery.stopPatience().plus(STOP_MARGIN))) {
            LOG.warn("The reader did not stop in time");
          }
        });
    begun = true;
  }

  /** Our part of each destination's limit: that of the deliveries. */
  private double share() {
    return Math.min(1, (double) Math.max(1, partitions()) / homePartitions);
  }

  private boolean crowded() {
    DeliveryReader deliveries = reader;
    return deliveries != null && deliveries.crowded();
  }

  /** Another one after a restart, whose destinations are not known yet. */
  private String process() {
    return configuration.replica + "/" + ProcessHandle.current().pid();
  }

  /** Partitions owned; -1: no member of the group. */
  private int partitions() {
    DeliveryReader deliveries = reader;
    return deliveries == null ? -1 : deliveries.assigned();
  }

  void stop(@Observes ShutdownEvent event) {
    running.close();
  }

  @Override
  public String name() {
    return "delivery";
  }

  @Override
  public boolean waitsForGrowth() {
    return true;
  }

  @Override
  public boolean ready(HealthCheckResponseBuilder answer) {
    int partitions = partitions();
    boolean current = directory.current().isPresent();
    DeliveryReader deliveries = reader;
    boolean committing = deliveries != null && deliveries.committing();
    answer
        .withData("directory-current", current)
        .withData("mta-sts-policies-read", policies.complete())
        .withData("partitions", partitions)
        .withData("outcomes-can-be-committed", committing);
    if (!current) {
      answer.withData("directory", directory.notInForce());
    }
    ResolverSelfTest test = selfTest;
    String unproven = test == null ? "not tested yet" : test.problem();
    SortedSet<String> names = configuration.resolver.unproven();
    if (!unproven.isEmpty()) {
      answer.withData("note", "DANE applies to no domain: " + unproven);
    } else if (!names.isEmpty()) {
      answer.withData("note", withoutProof(names));
    }
    return partitions >= 0 && current && committing && policies.complete();
  }

  private static String withoutProof(SortedSet<String> names) {
    return "mail goes without DANE to hosts of connectors whose DNS answers have no valid proof: "
        + names.stream().limit(SHOWN).collect(Collectors.joining(", "))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }

  @Override
  public boolean alive() {
    return !begun || requireNonNull(reader).sinceTurn().compareTo(STUCK) < 0;
  }
}
