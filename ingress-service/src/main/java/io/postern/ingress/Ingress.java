package io.postern.ingress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ContractLevel;
import io.postern.contracts.Topics;
import io.postern.ingress.attribution.RewrittenSenders;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.Memory;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.PresentedChains;
import io.postern.ingress.intake.RefusalCounts;
import io.postern.ingress.intake.Refusals;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.ingress.listener.IngressServer;
import io.postern.ingress.listener.ListenException;
import io.postern.ingress.rates.Rates;
import io.postern.ingress.recipients.KafkaRecipientQuestions;
import io.postern.ingress.recipients.RecipientParts;
import io.postern.ingress.session.SessionMetrics;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.tls.ServerTls;
import io.postern.ingress.tls.StapledAnswers;
import io.postern.ingress.tls.TlsFileSettings;
import io.postern.log.LogSettings;
import io.postern.log.LogSpace;
import io.postern.log.LogUnavailableException;
import io.postern.log.TrustedClock;
import io.postern.log.asking.LossySender;
import io.postern.log.certificates.OcspStaples;
import io.postern.log.certificates.OwnTlsAnnouncer;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.reading.TopicFollower;
import io.postern.log.sealing.SealingKeys;
import io.postern.log.sending.MessageLog;
import io.postern.log.topics.HomePartitionsQuestion;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.rules.Directory;
import io.postern.service.Every;
import io.postern.service.InstallationContract;
import io.postern.service.RunningParts;
import io.postern.service.SenderRewritingSettings;
import io.postern.service.Service;
import io.postern.service.TopicsVerified;
import io.postern.smtp.srs.RewritingSecrets;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The service, put together in any start order: it listens at once, and answers mail with 451 until
 * the topics are verified and a directory is in force. Its parts end in reverse order.
 *
 * <p>Health shows a log that is closed to new mail for want of space, and a directory without an
 * organization, and stays ready: no other replica would fare better. Nor does it fall for changed
 * files of TLS that are not usable: the former ones are in use. The service is alive as long as it
 * answers.
 */
@Singleton
public class Ingress implements Service {
  private static final Logger LOG = Logger.getLogger(Ingress.class);
  private static final Duration KEYS_LOOKED_AFTER = Duration.ofSeconds(10);

  private final Configuration configuration;
  private final LogSettings log;
  private final LossySender sender;
  private final DirectoryReader<Directory> directory;
  private final Handshakes handshakes;
  private final PresentedChains presentedChains;
  private final RewritingSecrets rewriting;
  private final MeterRegistry registry;
  private final RunningParts running = new RunningParts();
  private final RefusalCounts counts;
  private final OcspStaples staples = new OcspStaples();
  private final TopicFollower follower;
  private final ServerTls tls;
  private final OwnTlsAnnouncer announcer;
  private final LogSpace space;
  private final SealingKeys keys;
  private final InstallationContract contract;
  private volatile @Nullable MessageLog messages;
  private final KafkaRecipientQuestions recipients;
  private volatile @Nullable IngressServer server;

  Ingress(
      Configuration configuration,
      TlsFileSettings tlsFiles,
      LogSettings log,
      LossySender sender,
      DirectoryReader<Directory> directory,
      Refusals refusals,
      Handshakes handshakes,
      PresentedChains presentedChains,
      SenderRewritingSettings senderRewriting,
      InstallationContract contract,
      MeterRegistry registry) {
    this.configuration = configuration;
    this.log = log;
    this.sender = sender;
    this.directory = directory;
    this.handshakes = handshakes;
    this.presentedChains = presentedChains;
    this.rewriting = new RewritingSecrets(senderRewriting.file());
    this.contract = contract;
    this.registry = registry;
    keys = new SealingKeys(log);
    // Closed last: it publishes the counts of the sessions' refusals.
    counts = running.add(new RefusalCounts(refusals, registry));
    follower = running.add(new TopicFollower(log, "answers"));
    follower.follow(Topics.CERTIFICATE_STAPLES, staples);
    tls =
        running.add(
            new ServerTls(
                tlsFiles, new StapledAnswers(staples, TrustedClock.ofTheMachine()), registry));
    announcer = new OwnTlsAnnouncer(log, "ingress", configuration.replica, tls.presented());
    space = new LogSpace(log, configuration.leastFree, new HomePartitionsQuestion(this::grow));
    recipients =
        new KafkaRecipientQuestions(
            follower,
            sender,
            configuration.recipientPatience,
            configuration.answerTimes,
            configuration.recipientAnswerBytes,
            registry);
  }

  void start(@Observes StartupEvent event) {
    running.add(announcer);
    KafkaVerdicts verdicts = running.add(new KafkaVerdicts(log, sender));
    MessageLog mail = running.add(new MessageLog(log, keys::current));
    messages = mail;
    Gauge.builder("postern.ingress.partitions", mail, MessageLog::partitions)
        .description("Partitions of the mail topics that new messages go to")
        .register(registry);
    watch(running.add(space));
    SessionParts parts =
        new SessionParts(
            tls.server(),
            directory::inForce,
            verdicts,
            new BackgroundVerdicts(verdicts),
            mail,
            new Memory(
                configuration.dataMemoryBytes,
                configuration.recipientMemoryBytes,
                configuration.maxMemoryPercentPerAddress),
            new UnacceptedContent(configuration.maxUnacceptedBytesPerAddress),
            space::state,
            counts,
            handshakes,
            presentedChains,
            new RewrittenSenders(rewriting, TrustedClock.ofTheMachine()),
            new Level<>(SourceBound.NOTIFICATIONS, System::nanoTime),
            new RecipientParts(
                recipients,
                new Level<>(
                    SourceBound.MISSING_RECIPIENTS,
                    configuration.maxMissingPerAddress,
                    System::nanoTime),
                configuration.recipientPatience,
                configuration.recipientTransactionPatience),
            new Rates(registry),
            new SessionMetrics(registry));
    listen(
        new IngressServer(
            configuration.listeners,
            parts,
            configuration.connections,
            configuration.proxyHeaderTimeout,
            configuration.shutdownPatience));
  }

  private void watch(LogSpace room) {
    room.start();
    Gauge.builder("postern.ingress.log.free", room, r -> r.reading().freeBytes())
        .description("Free bytes of the fullest broker disk; -1: unknown")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("postern.ingress.log.closed", room, r -> r.state() == LogSpace.State.OPEN ? 0 : 1)
        .description("1 while new mail gets 452 because a broker's disk is nearly full")
        .register(registry);
  }

  private void listen(IngressServer listeners) {
    try {
      listeners.start();
    } catch (ListenException e) {
      throw new ConfigurationException(e.getMessage());
    }
    server = running.add(listeners);
  }

  // The log may grow at any time (docs/design/the-log.md, "Home partition and content").
  private void grow(int partitions) {
    MessageLog mail = messages;
    if (mail != null && partitions > mail.partitions()) {
      mail.grow(partitions);
      LOG.infof("New messages go to %d partitions", partitions);
    }
  }

  /** The readers begin when their topics are there. */
  void begin(@Observes TopicsVerified topics) {
    grow(topics.homePartitions());
    if (!rewriting.problem().isEmpty()) {
      LOG.warnf("Notifications to rewritten senders get 451: %s", rewriting.problem());
    }
    directory.start();
    recipients.start();
    follower.start();
    announcer.start();
    running
        .add(new Every(Ingress.class, "content-keys", "small contents go in records of their own"))
        .repeatNow(KEYS_LOOKED_AFTER, this::renewKeys);
  }

  private void renewKeys() throws LogUnavailableException, InterruptedException {
    if (contract.writes(ContractLevel.SEALED_CONTENTS)) {
      keys.renew();
    }
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
    IngressServer listeners = server;
    boolean listening = listeners != null && listeners.listening();
    String notInForce = directory.notInForce();
    answer.withData("listening", listening).withData("directory-current", notInForce.isEmpty());
    String notReady = directory.notReady();
    if (!notInForce.isEmpty()) {
      answer.withData("directory", notInForce);
      if (notReady.isEmpty()) {
        answer.withData("note", "all mail gets 451, the directory is empty: " + notInForce);
      }
    }
    LogSpace.Reading room = space.reading();
    answer
        .withData("log-space", room.state().name().toLowerCase(Locale.ROOT))
        .withData("log-space-free-bytes", room.freeBytes());
    if (!room.unknown().isEmpty()) {
      answer.withData("log-space-not-known", room.unknown());
    }
    tls.refused().forEach((name, why) -> answer.withData("tls-files-refused-" + name, why));
    return listening && notReady.isEmpty();
  }
}
