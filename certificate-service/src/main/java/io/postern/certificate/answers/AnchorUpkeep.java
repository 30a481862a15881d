package io.postern.certificate.answers;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorDownload;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.bundles.BundleLedger;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.judging.JudgedServers;
import io.postern.service.LogStart;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The upkeep of the default anchors: it looks at files and folder, asks the URL, and announces and
 * records changes. On two threads of its own, so that a URL that stalls delays no look at a file.
 */
@ApplicationScoped
public class AnchorUpkeep {
  private static final Logger LOG = Logger.getLogger(AnchorUpkeep.class);
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private final AnchorSettings settings;
  private final DefaultAnchors defaults;
  private final AnchorStore anchors;
  private final BundleLedger bundles;
  private final Publisher publisher;
  private final LogStart log;
  private final MeterRegistry meters;
  private final @Nullable AnchorDownload download;
  private final ReentrantLock downloading = new ReentrantLock();
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("anchors-", 0).daemon().factory());
  private volatile long downloadedNanos = System.nanoTime() - AGAIN.toNanos();
  private volatile int failures;

  AnchorUpkeep(
      AnchorSettings settings,
      DefaultAnchors defaults,
      AnchorStore anchors,
      BundleLedger bundles,
      ChainJudge judge,
      Publisher publisher,
      LogStart log,
      InstantSource clock,
      MeterRegistry meters) {
    this.settings = settings;
    this.defaults = defaults;
    this.anchors = anchors;
    this.bundles = bundles;
    this.publisher = publisher;
    this.log = log;
    this.meters = meters;
    JudgedServers servers = new JudgedServers(judge, defaults::current, clock);
    this.download =
        settings
            .url()
            .map(
                url ->
                    new AnchorDownload(
                        url, settings.urlCopy(), servers::context, settings.urlTimeout()))
            .orElse(null);
  }

  void start(@Observes StartupEvent event) {
    LOG.infof(
        "default anchors: %d, version %s",
        defaults.current().size(), defaults.bundle().getVersion());
    bundles.onForeign(() -> soon(Duration.ZERO, this::foreign));
    every(settings.pemCheck(), Duration.ZERO, this::look);
    every(settings.announceEvery(), settings.announceEvery(), bundles::compare);
    if (download != null) {
      soon(Duration.ZERO, this::downloadAndAgain);
    }
  }

  void follow(@Observes TopicsVerified event) {
    bundles.start();
  }

  void stop(@Observes ShutdownEvent event) {
    timer.shutdownNow();
  }

  private void look() {
    if (defaults.reload()) {
      meters.counter("postern.certificate.anchors.changes").increment();
      if (log.topicsVerified()) {
        publisher.announce(anchors.announcement());
      }
    }
    bundles.record();
  }

  // Another replica has seen a change: until we have, verdicts of one are void by the other.
  private void foreign() {
    look();
    if (System.nanoTime() - downloadedNanos >= AGAIN.toNanos()) {
      download();
    }
  }

  private void downloadAndAgain() {
    try {
      download();
    } finally {
      Duration pause =
          failures == 0
              ? settings.urlCheck()
              : AFTER_FAILURE.multipliedBy(1L << Math.min(failures - 1, 10));
      soon(
          pause.compareTo(settings.urlCheck()) < 0 ? pause : settings.urlCheck(),
          this::downloadAndAgain);
    }
  }

  private void download() {
    if (download == null || !downloading.tryLock()) {
      return;
    }
    try {
      AnchorDownload.Result result = download.fetch();
      meters
          .counter(
              "postern.certificate.anchors.downloads",
              "result",
              result.name().toLowerCase(Locale.ROOT))
          .increment();
      failures = result == AnchorDownload.Result.FAILED ? failures + 1 : 0;
      if (result == AnchorDownload.Result.CHANGED) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      downloadedNanos = System.nanoTime();
      downloading.unlock();
    }
  }

  private void soon(Duration delay, Runnable task) {
    try {
      var unused = timer.schedule(() -> run(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the service is stopping");
    }
  }

  private void every(Duration period, Duration first, Runnable task) {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> run(task), first.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  // A timer that throws once never runs again.
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("updating the trust anchors failed and will be retried", e);
    }
  }
}
