package io.postern.certificate.answers;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.log.TopicsReady;
import io.postern.contracts.Deployment;
import io.postern.log.DirectoryReader;
import io.postern.log.LinkMetrics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.TopicsSetup;
import io.postern.log.WeakTopicException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Brings the log's topics into being and follows the directory from then on. A log that is away is
 * waited for, with a line now and then; topics weaker than declared end the service.
 */
@ApplicationScoped
public class LogLink {
  private static final Logger LOG = Logger.getLogger(LogLink.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration QUIET = Duration.ofSeconds(30);

  private final LogSettings settings;
  private final Deployment deployment;
  private final DirectoryReader<DirectoryInForce> directory;
  private final AnchorStore anchors;
  private final Publisher publisher;
  private final Event<TopicsReady> ready;
  private final Thread thread = Thread.ofVirtual().name("log-link").unstarted(this::run);
  private volatile boolean topics;

  LogLink(
      LogSettings settings,
      Deployment deployment,
      DirectoryReader<DirectoryInForce> directory,
      AnchorStore anchors,
      Publisher publisher,
      Event<TopicsReady> ready) {
    this.settings = settings;
    this.deployment = deployment;
    this.directory = directory;
    this.anchors = anchors;
    this.publisher = publisher;
    this.ready = ready;
  }

  void start(@Observes StartupEvent event, MeterRegistry meters) {
    LinkMetrics.register(meters);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) {
    thread.interrupt();
  }

  /** The topics are there and as declared. */
  boolean topicsReady() {
    return topics;
  }

  /** The directory has been read to its end, and its reader is not silent. */
  boolean directoryRead() {
    return directory.current().isPresent();
  }

  private void run() {
    long lastLine = System.nanoTime() - QUIET.toNanos();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        TopicsSetup.createOrVerify(settings, deployment, PATIENCE);
        directory.start();
        ready.fire(new TopicsReady());
        topics = true;
        // Now and not earlier: there was no topic.
        publisher.announce(anchors.announcement());
        LOG.info("the log's topics are as declared");
        return;
      } catch (LogUnavailableException e) {
        if (System.nanoTime() - lastLine >= QUIET.toNanos()) {
          lastLine = System.nanoTime();
          LOG.warnf(
              "waiting for the log at %s: %s",
              settings.client().get("bootstrap.servers"), e.getMessage());
        }
      } catch (WeakTopicException e) {
        LOG.error(e.getMessage());
        Quarkus.asyncExit(1);
        return;
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
