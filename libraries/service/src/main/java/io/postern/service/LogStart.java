package io.postern.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.log.LinkMetrics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.topics.HomePartitions;
import io.postern.log.topics.TopicsSetup;
import io.postern.log.topics.WeakTopicException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.OptionalInt;
import org.jboss.logging.Logger;

/**
 * A service's start: its settings are checked before anything connects or listens; then the log's
 * topics are made or verified, on a thread of its own, and {@link TopicsVerified} is fired. A log
 * that is away is waited for, for ever, with a line now and then; so is the end of its growth, by a
 * service that says so, and an end of a contract level that this version does not read. Topics
 * weaker than declared end the process with exit code 1, and so does an observer that fails.
 */
@Singleton
public class LogStart {
  private static final Logger LOG = Logger.getLogger(LogStart.class);
  private static final int EXIT_CODE = 1;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration READING = Duration.ofMillis(20);

  private final LogSettings settings;
  private final Deployment deployment;
  private final InstallationContract contract;
  private final Event<TopicsVerified> verified;
  private volatile boolean waitsForGrowth;
  private final OccasionalLog trouble = new OccasionalLog(LogStart.class);
  private final Thread thread = Thread.ofVirtual().name("log-start").unstarted(this::run);
  private volatile boolean topicsVerified;

  LogStart(
      LogSettings settings,
      Deployment deployment,
      InstallationContract contract,
      Event<TopicsVerified> verified) {
    this.settings = settings;
    this.deployment = deployment;
    this.contract = contract;
    this.verified = verified;
  }

  /** The service is made for this call, and with it everything that checks settings. */
  void check(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event, Service made) {
    waitsForGrowth = made.waitsForGrowth();
  }

  void start(
      @Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent event,
      MeterRegistry meters) {
    LinkMetrics.register(meters);
    thread.start();
  }

  void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
    thread.interrupt();
  }

  /** The topics are as declared, and their readers were started. Any thread. */
  public boolean topicsVerified() {
    return topicsVerified;
  }

  private void run() {
    try {
      OptionalInt partitions = verified();
      while (partitions.isEmpty()) {
        Thread.sleep(PAUSE);
        partitions = verified();
      }
      awaitContract();
      verified.fire(new TopicsVerified(partitions.getAsInt()));
      topicsVerified = true;
      LOG.info("The topics in Kafka are verified");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the service ends
    } catch (WeakTopicException weak) {
      end(String.valueOf(weak.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("The Kafka readers cannot start", e);
      Quarkus.asyncExit(EXIT_CODE);
    }
  }

  private void awaitContract() throws InterruptedException {
    contract.begin();
    while (!contract.isRead()) {
      Thread.sleep(READING); // its reader logs what is wrong
    }
    String problem = contract.mayWork();
    while (!problem.isEmpty()) {
      trouble.warn("The service waits: " + problem, null);
      Thread.sleep(PAUSE);
      problem = contract.mayWork();
    }
    trouble.over("The contract level in force is one that this version reads");
  }

  /** Ends the process with exit code 1, after its parts, and logs why. Returns at once. */
  public static void end(String why) {
    LOG.fatal(why);
    Quarkus.asyncExit(EXIT_CODE);
  }

  /** The log's home partitions; empty: not yet. */
  private OptionalInt verified() {
    try {
      HomePartitions home = TopicsSetup.createOrVerify(settings, deployment, PATIENCE);
      if (home.growing() && waitsForGrowth) {
        trouble.warn("The service waits: " + home.halfGrown(), null);
        return OptionalInt.empty();
      }
      trouble.over("Kafka is available");
      return OptionalInt.of(home.usable());
    } catch (LogUnavailableException away) {
      if (!Thread.currentThread().isInterrupted()) {
        trouble.warn(
            "Kafka at "
                + settings.client().get("bootstrap.servers")
                + " is not available yet; waiting for it",
            away);
      }
      return OptionalInt.empty();
    }
  }
}
