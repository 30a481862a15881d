package io.postern.ingress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.ingress.attribution.RecipientMemory;
import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.RefusalCounts;
import io.postern.ingress.intake.Refusals;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.ingress.listener.ConnectionLimits;
import io.postern.ingress.listener.IngressServer;
import io.postern.ingress.listener.KeyFiles;
import io.postern.ingress.listener.PresentedCertificates;
import io.postern.ingress.session.SessionMetrics;
import io.postern.ingress.session.SessionParts;
import io.postern.log.DirectoryReader;
import io.postern.log.KafkaVerdicts;
import io.postern.log.LinkMetrics;
import io.postern.log.LogSettings;
import io.postern.log.LogSpace;
import io.postern.log.LogUnavailableException;
import io.postern.log.MessageLog;
import io.postern.log.OwnTlsAnnouncer;
import io.postern.log.TopicsSetup;
import io.postern.log.WeakTopicException;
import io.postern.rules.Directory;
import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsServer;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts the service together, in any start order: it listens at once, and until the topics are
 * verified and a directory is in force mail is answered 451. A log that is away is tried for ever,
 * with a line now and then; topics weaker than declared end the process. Stopped in reverse order.
 */
@ApplicationScoped
public class Ingress {
  private static final Logger LOG = Logger.getLogger(Ingress.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int RECIPIENT_BYTES = 8 << 20;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Configuration configuration;
  private final Refusals refusals;
  private final Handshakes handshakes;
  private final MeterRegistry registry;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private @Nullable IngressServer server;
  private volatile @Nullable DirectoryReader<Directory> directory;
  private volatile @Nullable LogSpace space;
  private volatile boolean topicsVerified;
  private volatile boolean broken;
  private volatile boolean stopping;

  @Inject
  public Ingress(
      Configuration configuration,
      Refusals refusals,
      Handshakes handshakes,
      MeterRegistry registry) {
    this.configuration = configuration;
    this.refusals = refusals;
    this.handshakes = handshakes;
    this.registry = registry;
  }

  void start() throws ConfigurationProblem {
    InetSocketAddress address = configuration.address();
    LogSettings logSettings = configuration.logSettings();
    Deployment deployment = configuration.deployment();
    // Closed last: it publishes the counts of what the sessions refused.
    RefusalCounts counts = running(new RefusalCounts(refusals, registry));
    TlsServer tls = tls();
    OwnTlsAnnouncer announcer =
        running(
            new OwnTlsAnnouncer(
                logSettings,
                "ingress",
                configuration.replica(),
                new PresentedCertificates(
                    tls, configuration.comingCertificate(), configuration.comingFrom())));
    DirectoryReader<Directory> reader = running(new DirectoryReader<>(logSettings, Directory::of));
    directory = reader;
    LinkMetrics.register(registry);
    Gauge.builder("postern.directory.version", reader, DirectoryReader::version)
        .description("Version of the directory that this replica has read; -1: empty or not read")
        .register(registry);
    KafkaVerdicts verdicts = running(new KafkaVerdicts(logSettings));
    MessageLog log = running(new MessageLog(logSettings, deployment.partitions()));
    LogSpace room = running(new LogSpace(logSettings, configuration.leastFree()));
    space = room;
    watch(room);
    int percent = configuration.maxMemoryPercentPerAddress();
    SessionParts parts =
        new SessionParts(
            configuration.sessionLimits(),
            tls,
            reader::inForce,
            verdicts,
            log,
            new DataAdmission(configuration.dataMemoryBytes(), percent),
            new RecipientMemory(RECIPIENT_BYTES, percent),
            new UnacceptedContent(configuration.maxUnacceptedBytesPerAddress()),
            room::state,
            counts,
            handshakes,
            new SessionMetrics(registry));
    listen(
        new IngressServer(
            address,
            parts,
            new ConnectionLimits(
                configuration.maxConnections(), configuration.maxConnectionsPerAddress()),
            configuration.shutdownPatience()));
    Thread.ofVirtual()
        .name("ingress-topics")
        .start(() -> begin(logSettings, deployment, reader, announcer));
  }

  private void watch(LogSpace room) {
    room.start();
    Gauge.builder("postern.ingress.log.free", room, r -> r.reading().freeBytes())
        .description("Free bytes of the broker's disk that has the least; -1: not known")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("postern.ingress.log.closed", room, r -> r.state() == LogSpace.State.OPEN ? 0 : 1)
        .description("1 while new mail gets 452 because a broker's disk is nearly full")
        .register(registry);
  }

  private TlsServer tls() throws ConfigurationProblem {
    Path certificate = configuration.certificate();
    Path key = configuration.key();
    try {
      TlsServer tls = new TlsServer(KeyMaterial.load(certificate, key));
      running(new KeyFiles(certificate, key, tls));
      return tls;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ConfigurationProblem(
          "postern.tls.certificate and postern.tls.key cannot be used: " + e.getMessage());
    }
  }

  private void listen(IngressServer listener) throws ConfigurationProblem {
    try {
      listener.start();
    } catch (IOException e) {
      throw new ConfigurationProblem(
          "postern.ingress.port "
              + listener.address().getPort()
              + " cannot be opened on postern.ingress.host "
              + listener.address().getHostString()
              + " ("
              + e.getMessage()
              + "): choose another port or stop what uses it");
    }
    server = running(listener);
    LOG.infof(
        "Listening for SMTP on %s port %d", listener.address().getHostString(), listener.port());
  }

  /**
   * Topics first, then the directory: a reader of a topic that is not there yet has nothing to
   * read.
   */
  private void begin(
      LogSettings settings,
      Deployment deployment,
      DirectoryReader<Directory> reader,
      OwnTlsAnnouncer announcer) {
    String said = "";
    try {
      while (!stopping) {
        try {
          TopicsSetup.createOrVerify(settings, deployment, PATIENCE);
          reader.start();
          announcer.start();
          topicsVerified = true;
          LOG.info("The log's topics are verified");
          return;
        } catch (LogUnavailableException away) {
          String why = String.valueOf(away.getMessage());
          if (!why.equals(said)) {
            LOG.warnf("The log cannot be used yet, mail is answered 451: %s", why);
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

  private synchronized <T extends AutoCloseable> T running(T part) {
    running.push(part);
    return part;
  }

  boolean broken() {
    return broken;
  }

  boolean listening() {
    IngressServer listener = server;
    return listener != null && listener.listening();
  }

  boolean topicsVerified() {
    return topicsVerified;
  }

  /** Why the directory is not in force; empty when it is. */
  String directoryNotInForce() {
    DirectoryReader<Directory> reader = directory;
    return reader == null || !topicsVerified ? "not read yet" : reader.notInForce();
  }

  /** What is known of the brokers' disks; null before the start. */
  LogSpace.@Nullable Reading logSpace() {
    LogSpace room = space;
    return room == null ? null : room.reading();
  }

  synchronized void stop(@Observes ShutdownEvent event) {
    stopping = true;
    while (!running.isEmpty()) {
      AutoCloseable part = running.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warnf(e, "%s did not close", part.getClass().getSimpleName());
      }
    }
  }
}
