package io.postern.certificate.checks;

import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.answers.RevocationConfig;
import io.postern.check.CertificateCheck;
import io.postern.check.CheckSettings;
import io.postern.check.Target;
import io.postern.check.report.Report;
import io.postern.contracts.v1.CertificateRole;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Checks with the settings and the default anchors of this service, so that what they tell holds
 * for mail. Any thread; blocks at most five times the fetch time-out. At most {@value #AT_ONCE} at
 * a time; nobody waits for a turn.
 */
@ApplicationScoped
public class Checks {
  public static final int AT_ONCE = 4;

  private final CertificateCheck check;
  private final DefaultAnchors anchors;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  public Checks(RevocationConfig settings, DefaultAnchors anchors, InstantSource clock) {
    this.anchors = anchors;
    this.check =
        new CertificateCheck(
            new CheckSettings(
                settings.fetchTimeout(),
                settings.allowPrivateTargets(),
                settings.allowPrivateTargets(), // else anybody with credentials scans the inside
                settings.httpProxy(),
                settings.maxBytes(),
                settings.cacheFolder()),
            clock);
  }

  /** Empty: too many are being done. */
  public Optional<Report> check(Target target, CertificateRole role) throws InterruptedException {
    if (!turns.tryAcquire()) {
      return Optional.empty();
    }
    try {
      return Optional.of(check.check(target, role, anchors.current()));
    } finally {
      turns.release();
    }
  }
}
