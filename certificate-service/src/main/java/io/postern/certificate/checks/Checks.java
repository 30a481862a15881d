package io.postern.certificate.checks;

import com.google.protobuf.ByteString;
import io.postern.api.CallerPlaces;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.Levels;
import io.postern.bounds.Share;
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

/**
 * The checks with the settings and the default anchors of this service, so that their results hold
 * for mail. Any thread; blocks at most six times the fetch time-out, in a place of the caller. Of
 * hosts, which are connected to, an organization has {@value #AT_ONCE} checked at once and {@value
 * #AN_HOUR} an hour, and so has a user of all organizations.
 */
@ApplicationScoped
public class Checks {
  static final int AN_HOUR = 60;
  static final int AT_ONCE = 30;

  private static final int MOST_SEEN = 2;
  private static final int MOST_CALLERS = 10_000;
  private static final long HOST_NANOS = Duration.ofHours(1).toNanos() / AN_HOUR;
  private static final Duration SEEN_WITHIN = Duration.ofDays(90);

  private final TrafficRecords seen;
  private final CertificateCheck check;
  private final DefaultAnchors anchors;
  private final CallerPlaces places = new CallerPlaces(Bound.CERTIFICATE_CHECKS);
  private final Levels<String> hosts =
      new Levels<>(MOST_CALLERS, System::nanoTime); // guarded by itself

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
   * are asked: at most {@value #MOST_SEEN}. None: none was seen.
   *
   * @param caller who has a place while they run
   * @param name part of an issuer's subject
   * @throws ProblemException 429, 503: there is no place
   */
  public List<Report> ofAuthority(Holder caller, String name, Instant now)
      throws InterruptedException {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    List<Report> reports = new ArrayList<>();
    for (CertificateChain chain : seen.chains(now, SEEN_WITHIN).reversed()) {
      if (reports.size() == MOST_SEEN) {
        break;
      }
      if (isBelow(chain, wanted)) {
        List<byte[]> ders =
            chain.getCertificatesList().stream().map(ByteString::toByteArray).toList();
        reports.add(
            check(caller, new Target.Given("seen chain of " + name, ders), chain.getRole()));
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

  /**
   * @throws ProblemException 429, 503: there is no place for the caller, or it has had too many
   *     hosts checked
   */
  public Report check(Holder caller, Target target, CertificateRole role)
      throws InterruptedException {
    try (Share.Held place = places.take(caller, 1)) {
      if (target instanceof Target.Host) {
        count(caller);
      }
      return check.check(target, role, anchors.current());
    }
  }

  private void count(Holder caller) {
    String owner =
        caller.organization().isEmpty() ? "user " + caller.user() : caller.organization();
    synchronized (hosts) {
      if (!hosts.raise(owner, HOST_NANOS, AT_ONCE * HOST_NANOS)) {
        throw new ProblemException(
            Problem.of(
                429,
                "Too many requests",
                "%s had %d hosts checked lately, and may have %d an hour: try again in a minute."
                    .formatted(
                        caller.organization().isEmpty() ? "You have" : "Your organization has",
                        AT_ONCE,
                        AN_HOUR)),
            60);
      }
    }
  }
}
