package io.postern.certificate.answers;

import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.service.Every;
import io.postern.service.LogStart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/**
 * The regular work, on one thread of its own: refreshes revocation lists, announces the default
 * set.
 */
@ApplicationScoped
public class Upkeep {
  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration SHRINK = Duration.ofMinutes(10);

  private final AnchorSettings settings;
  private final AnchorStore anchors;
  private final CrlStore lists;
  private final OcspStore responders;
  private final Publisher publisher;
  private final Revocations revocations;
  private final LogStart log;
  private final Every every =
      new Every(Upkeep.class, "upkeep", "updating revocation data failed and will be retried");

  Upkeep(
      AnchorSettings settings,
      AnchorStore anchors,
      CrlStore lists,
      OcspStore responders,
      Publisher publisher,
      Revocations revocations,
      LogStart log) {
    this.settings = settings;
    this.anchors = anchors;
    this.lists = lists;
    this.responders = responders;
    this.publisher = publisher;
    this.revocations = revocations;
    this.log = log;
  }

  void start(@Observes StartupEvent event) {
    every.repeatNow(REFRESH, lists::refresh);
    every.repeatNow(REFRESH, responders::refresh);
    every.repeatNow(SHRINK, lists::shrink);
    every.repeatNow(settings.announceEvery(), this::announce);
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
  }

  private void announce() {
    if (log.topicsVerified()) {
      publisher.announce(anchors.announcement());
      revocations.announceAgain();
    }
  }
}
