package io.postern.certificate.answers;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.Backoff;
import io.postern.certificate.anchors.AnchorDownload;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.bundles.BundleLedger;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.judging.JudgedServers;
import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Topics;
import io.postern.service.Every;
import io.postern.service.LogStart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The upkeep of the default anchors: it looks at files and folder, asks the URL, and announces and
 * records changes. On two threads of its own, so that a URL that stalls delays no look at a file.
 */
@ApplicationScoped
public class AnchorUpkeep implements FollowedTopics.User {
  private static final Logger LOG = Logger.getLogger(AnchorUpkeep.class);
  private static final String FAILED = "updating the trust anchors failed and will be retried";
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
  private final Backoff backoff;
  private final Every files = new Every(AnchorUpkeep.class, "anchors", FAILED);
  private final Every downloads = new Every(AnchorUpkeep.class, "anchors-url", FAILED);
  private long downloadedNanos = System.nanoTime() - AGAIN.toNanos(); // of the URL's thread
  private int failures; // of the same

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
    this.backoff = new Backoff(AFTER_FAILURE, settings.urlCheck());
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
    bundles.onForeign(this::foreign);
    files.repeatNow(settings.pemCheck(), this::look);
    files.repeat(settings.announceEvery(), bundles::compare);
    AnchorDownload from = download;
    if (from != null) {
      downloads.pace(
          settings.urlCheck(),
          () -> {
            download(from);
            return failures == 0 ? settings.urlCheck() : backoff.after(failures);
          });
    }
  }

  @Override
  public void follow(FollowedTopics topics) {
    topics.traffic().follow(Topics.CERTIFICATE_ANCHORS, bundles.reader());
  }

  void stop(@Observes ShutdownEvent event) {
    files.close();
    downloads.close();
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
    files.once(this::look);
    AnchorDownload from = download;
    if (from != null) {
      downloads.once(
          () -> {
            if (System.nanoTime() - downloadedNanos >= AGAIN.toNanos()) {
              download(from);
            }
          });
    }
  }

  private void download(AnchorDownload from) throws InterruptedException {
    try {
      AnchorDownload.Result result = from.fetch();
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
    } finally {
      downloadedNanos = System.nanoTime();
    }
  }
}
