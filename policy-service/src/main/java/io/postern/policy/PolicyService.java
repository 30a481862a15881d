package io.postern.policy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.log.DirectoryReader;
import io.postern.log.LinkMetrics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.TopicsSetup;
import io.postern.log.WeakTopicException;
import io.postern.policy.decider.Decider;
import io.postern.policy.decider.DeciderMetrics;
import io.postern.policy.directory.DirectoryOwner;
import io.postern.policy.notices.NoticeSettings;
import io.postern.policy.notices.NoticeWriter;
import io.postern.policy.scheduler.Scheduler;
import io.postern.policy.scheduler.SchedulerMetrics;
import io.postern.policy.scheduler.SchedulerSettings;
import io.postern.rules.Directory;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Starts and stops the service's workers. A log that is away is waited for, on a thread of its own,
 * with a line now and then; wrong settings or weak topics end the process with a sentence.
 */
@ApplicationScoped
public class PolicyService {
  private static final Logger LOG = Logger.getLogger(PolicyService.class);
  private static final Duration SETUP = Duration.ofSeconds(10);

  private final LogSettings settings;
  private final Deployment deployment;
  private final DirectoryReader<Directory> reader;
  private final Worker owner;
  private final Worker decider;
  private final Scheduler scheduler;
  private final Worker notices;
  private final Thread starter;
  private volatile boolean started;
  private volatile boolean stopping;

  PolicyService(
      LogSettings settings,
      LogConfig config,
      SchedulerSettings schedule,
      NoticeSettings notices,
      DirectoryReader<Directory> reader,
      MeterRegistry registry) {
    this.settings = settings;
    this.deployment = deployment(config);
    this.reader = reader;
    owner =
        DirectoryOwner.worker(
            settings,
            accepted ->
                registry
                    .counter(
                        "postern.directory.commands", "result", accepted ? "accepted" : "rejected")
                    .increment());
    decider =
        Decider.worker(
            settings, new Decider(settings, reader::current, new DeciderMetrics(registry)));
    scheduler = scheduler(schedule, registry);
    this.notices = NoticeWriter.worker(settings, notices, registry);
    LinkMetrics.register(registry);
    Gauge.builder("postern.directory.version", reader, DirectoryReader::version)
        .description("Version of the directory that this replica has read; -1: empty or not read")
        .register(registry);
    starter = Thread.ofPlatform().name("policy-start").daemon().unstarted(this::startWorkers);
  }

  private static Deployment deployment(LogConfig config) {
    try {
      return config.asDeployment();
    } catch (IllegalArgumentException e) {
      // Without the cause: Quarkus then shows the sentence alone and exits with 1.
      throw new ConfigurationException(e.getMessage());
    }
  }

  private Scheduler scheduler(SchedulerSettings schedule, MeterRegistry registry) {
    try {
      return new Scheduler(
          settings,
          deployment,
          schedule.stateFolder(),
          schedule.times(),
          new SchedulerMetrics(registry),
          PolicyService::endWith);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage());
    }
  }

  private static void endWith(String why) {
    LOG.fatal(why);
    Quarkus.asyncExit(1);
  }

  void start(@Observes StartupEvent event) {
    starter.start();
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    starter.interrupt();
    scheduler.close();
    notices.close();
    decider.close();
    owner.close();
    reader.close();
  }

  /**
   * The directory is read, the consumers are in their groups, and the schedule is restored. None of
   * them waits for another: new mail is decided while the schedule is restored (G7).
   */
  boolean ready() {
    return started && reader.current().isPresent() && joined() && scheduler.ready();
  }

  private boolean joined() {
    return owner.joined() && decider.joined() && notices.joined();
  }

  /** What is missing for {@link #ready}, for people. */
  String state() {
    if (!started) {
      return "waiting for the log";
    }
    if (reader.current().isEmpty()) {
      return "reading the directory";
    }
    if (!joined()) {
      return "joining the consumer groups";
    }
    return ready() ? "ready" : "restoring the schedule";
  }

  /** False when a worker's thread has ended by an error that nothing survives. */
  boolean alive() {
    return !started
        || stopping
        || owner.alive() && decider.alive() && scheduler.alive() && notices.alive();
  }

  private void startWorkers() {
    OccasionalLog trouble = new OccasionalLog(PolicyService.class);
    while (!stopping) {
      try {
        TopicsSetup.createOrVerify(settings, deployment, SETUP);
        trouble.over("The log is there.");
        reader.start();
        owner.start();
        decider.start();
        scheduler.start();
        notices.start();
        started = true;
        return;
      } catch (LogUnavailableException e) {
        if (!stopping) {
          trouble.warn("The log is away, and is waited for", e);
        }
      } catch (WeakTopicException | IllegalArgumentException e) {
        endWith(String.valueOf(e.getMessage()));
        return;
      }
    }
  }
}
