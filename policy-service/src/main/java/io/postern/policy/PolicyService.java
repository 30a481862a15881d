package io.postern.policy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.log.DirectoryReader;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.TopicsSetup;
import io.postern.log.WeakTopicException;
import io.postern.policy.decider.Decider;
import io.postern.policy.decider.DeciderMetrics;
import io.postern.policy.directory.DirectoryOwner;
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
  private final Thread starter;
  private volatile boolean started;
  private volatile boolean stopping;

  PolicyService(
      LogSettings settings,
      LogConfig config,
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

  void start(@Observes StartupEvent event) {
    starter.start();
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    starter.interrupt();
    decider.close();
    owner.close();
    reader.close();
  }

  /** The directory is read, and both consumers are in their groups. */
  boolean ready() {
    return started && reader.current().isPresent() && owner.joined() && decider.joined();
  }

  /** What is missing for {@link #ready}, for people. */
  String state() {
    if (!started) {
      return "waiting for the log";
    }
    if (reader.current().isEmpty()) {
      return "reading the directory";
    }
    return ready() ? "ready" : "joining the consumer groups";
  }

  /** False when a worker's thread has ended by an error that nothing survives. */
  boolean alive() {
    return !started || stopping || owner.alive() && decider.alive();
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
        started = true;
        return;
      } catch (LogUnavailableException e) {
        if (!stopping) {
          trouble.warn("The log is away, and is waited for", e);
        }
      } catch (WeakTopicException | IllegalArgumentException e) {
        LOG.fatal(e.getMessage());
        Quarkus.asyncExit(1);
        return;
      }
    }
  }
}
