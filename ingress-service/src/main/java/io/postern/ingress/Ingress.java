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
import io.postern.log.LogSettings;
import io.postern.log.LogSpace;
import io.postern.log.certificates.OwnTlsAnnouncer;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.sending.MessageLog;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.rules.Directory;
import io.postern.service.RunningParts;
import io.postern.service.Service;
import io.postern.service.TopicsVerified;
import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsServer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The service, put together in any start order: it listens at once, and answers mail with 451 until
 * the topics are verified and a directory is in force. Its parts end in reverse order.
 *
 * <p>Health shows a log that is closed to new mail for want of space, and stays ready: no other
 * replica would fare better. The service is alive as long as it answers.
 */
@Singleton
public class Ingress implements Service {
  private static final Logger LOG = Logger.getLogger(Ingress.class);
  private static final int RECIPIENT_BYTES = 8 << 20;

  private final Configuration configuration;
  private final LogSettings log;
  private final Deployment deployment;
  private final DirectoryReader<Directory> directory;
  private final Handshakes handshakes;
  private final MeterRegistry registry;
  private final RunningParts running = new RunningParts();
  private final RefusalCounts counts;
  private final TlsServer tls;
  private final OwnTlsAnnouncer announcer;
  private final LogSpace space;
  private volatile @Nullable IngressServer server;

  Ingress(
      Configuration configuration,
      LogSettings log,
      Deployment deployment,
      DirectoryReader<Directory> directory,
      Refusals refusals,
      Handshakes handshakes,
      MeterRegistry registry) {
    this.configuration = configuration;
    this.log = log;
    this.deployment = deployment;
    this.directory = directory;
    this.handshakes = handshakes;
    this.registry = registry;
    // Closed last: it publishes the counts of the sessions' refusals.
    counts = running.add(new RefusalCounts(refusals, registry));
    tls = tls(configuration.certificate, configuration.key);
    announcer =
        new OwnTlsAnnouncer(
            log,
            "ingress",
            configuration.replica,
            new PresentedCertificates(
                tls, configuration.comingCertificate, configuration.comingFrom));
    space = new LogSpace(log, configuration.leastFree);
  }

  private TlsServer tls(Path certificate, Path key) {
    try {
      TlsServer server = new TlsServer(KeyMaterial.load(certificate, key));
      running.add(new KeyFiles(certificate, key, server));
      return server;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ConfigurationException(
          "postern.tls.certificate and postern.tls.key cannot be used: " + e.getMessage());
    }
  }

  void start(@Observes StartupEvent event) {
    running.add(announcer);
    KafkaVerdicts verdicts = running.add(new KafkaVerdicts(log));
    MessageLog messages = running.add(new MessageLog(log, deployment.partitions()));
    watch(running.add(space));
    int percent = configuration.maxMemoryPercentPerAddress;
    SessionParts parts =
        new SessionParts(
            configuration.sessionLimits,
            tls,
            directory::inForce,
            verdicts,
            messages,
            new DataAdmission(configuration.dataMemoryBytes, percent),
            new RecipientMemory(RECIPIENT_BYTES, percent),
            new UnacceptedContent(configuration.maxUnacceptedBytesPerAddress),
            space::state,
            counts,
            handshakes,
            new SessionMetrics(registry));
    listen(
        new IngressServer(
            configuration.address,
            parts,
            new ConnectionLimits(
                configuration.maxConnections, configuration.maxConnectionsPerAddress),
            configuration.shutdownPatience));
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

  private void listen(IngressServer listener) {
    try {
      listener.start();
    } catch (IOException e) {
      throw new ConfigurationException(
          "postern.ingress.port "
              + listener.address().getPort()
              + " cannot be opened on postern.ingress.host "
              + listener.address().getHostString()
              + " ("
              + e.getMessage()
              + "): choose another port, or stop the program that uses it");
    }
    server = running.add(listener);
    LOG.infof(
        "Listening for SMTP on %s port %d", listener.address().getHostString(), listener.port());
  }

  /** The readers begin when their topics are there. */
  void begin(@Observes TopicsVerified topics) {
    directory.start();
    announcer.start();
  }

  void stop(@Observes ShutdownEvent event) {
    running.close();
  }

  @Override
  public String name() {
    return "ingress";
  }

  @Override
  public boolean ready(HealthCheckResponseBuilder answer) {
    IngressServer listener = server;
    boolean listening = listener != null && listener.listening();
    String notInForce = directory.notInForce();
    answer.withData("listening", listening).withData("directory-current", notInForce.isEmpty());
    if (!notInForce.isEmpty()) {
      answer.withData("directory", notInForce);
    }
    LogSpace.Reading room = space.reading();
    answer
        .withData("log-space", room.state().name().toLowerCase(Locale.ROOT))
        .withData("log-space-free-bytes", room.freeBytes());
    if (!room.unknown().isEmpty()) {
      answer.withData("log-space-not-known", room.unknown());
    }
    return listening && notInForce.isEmpty();
  }
}
