package io.postern.certificate.checks;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.answers.RevocationConfig;
import io.postern.certificate.traffic.TrafficRecords;
import io.postern.check.CertificateCheck;
import io.postern.check.CheckSettings;
import io.postern.check.Target;
import io.postern.check.report.Report;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.dns.MailResolver;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * The checks with the settings and the default anchors of this service, so that their results hold
 * for mail. Any thread; blocks at most six times the fetch time-out. At most {@value #AT_ONCE} at a
 * time; one more is refused at once.
 */
@ApplicationScoped
public class Checks {
  public static final int AT_ONCE = 4;

  private static final int MOST_SEEN = 2;
  private static final Duration SEEN_WITHIN = Duration.ofDays(90);

  private final TrafficRecords seen;
  private final CertificateCheck check;
  private final DefaultAnchors anchors;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  public Checks(
      RevocationConfig settings,
      DefaultAnchors anchors,
      TrafficRecords seen,
      InstantSource clock,
      MailResolver dns) {
    this.seen = seen;
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
            clock,
            dns);
  }

  /**
   * Checks of the newest chains that were seen with this authority in them, so that its endpoints
   * are asked: at most {@value #MOST_SEEN}. Fewer: too many are being done, or none was seen.
   *
   * @param name part of an issuer's subject
   */
  public List<Report> ofAuthority(String name, Instant now) throws InterruptedException {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    List<Report> reports = new ArrayList<>();
    for (CertificateChain chain : seen.chains(now, SEEN_WITHIN).reversed()) {
      if (reports.size() == MOST_SEEN) {
        break;
      }
      if (isBelow(chain, wanted)) {
        List<byte[]> ders =
            chain.getCertificatesList().stream().map(ByteString::toByteArray).toList();
        check(new Target.Given("seen chain of " + name, ders), chain.getRole())
            .ifPresent(reports::add);
      }
    }
    return reports;
  }

  private static boolean isBelow(CertificateChain chain, String wanted) {
    for (ByteString der : chain.getCertificatesList()) {
      try {
        String issuer = CertificateFacts.of(ParsedCertificate.parse(der.toByteArray())).issuer();
        if (issuer.toLowerCase(Locale.ROOT).contains(wanted)) {
          return true;
        }
      } catch (UnusableCertificateException e) {
        return false; // its verdict said so
      }
    }
    return false;
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
