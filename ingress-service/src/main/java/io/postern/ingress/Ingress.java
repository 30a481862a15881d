package io.postern.ingress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.ingress.attribution.RecipientMemory;
import io.postern.ingress.intake.DataAdmission;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.Refusals;
import io.postern.ingress.listener.ConnectionLimits;
import io.postern.ingress.listener.IngressServer;
import io.postern.ingress.listener.KeyFiles;
import io.postern.ingress.listener.PresentedCertificates;
import io.postern.ingress.session.SessionMetrics;
import io.postern.ingress.session.SessionParts;
import io.postern.log.DirectoryReader;
import io.postern.log.KafkaVerdicts;
import io.postern.log.LogSettings;
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
 * verified and the directory is read to its end mail is answered 451. A log that is away is tried
 * for ever, with a line now and then; topics weaker than declared end the process. Stopped in
 * reverse order.
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
    Gauge.builder("postern.directory.version", reader, DirectoryReader::version)
        .description("Version of the directory that this replica has read; -1: empty or not read")
        .register(registry);
    KafkaVerdicts verdicts = running(new KafkaVerdicts(logSettings));
    MessageLog log = running(new MessageLog(logSettings, deployment.partitions()));
    SessionParts parts =
        new SessionParts(
            configuration.sessionLimits(),
            tls,
            reader::current,
            verdicts,
            log,
            new DataAdmission(configuration.dataMemoryBytes()),
            new RecipientMemory(RECIPIENT_BYTES),
            refusals,
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

  boolean directoryCurrent() {
    DirectoryReader<Directory> reader = directory;
    return topicsVerified && reader != null && reader.current().isPresent();
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
