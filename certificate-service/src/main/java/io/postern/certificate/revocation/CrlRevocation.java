package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Revocation by the lists that a certificate names. The lists' URLs are tried in the certificate's
 * order until one gives an answer. What a certificate publishes only in a way that is not followed
 * (OCSP, ldap, https) is unreachable, not "nothing published": unknown is not good (G4).
 */
public final class CrlRevocation implements RevocationCheck {
  private final CrlStore store;

  public CrlRevocation(CrlStore store) {
    this.store = store;
  }

  @Override
  public Finding check(
      ParsedCertificate certificate, ParsedCertificate issuer, Instant now, Instant giveUp)
      throws InterruptedException {
    DistributionPoints points = DistributionPoints.of(certificate);
    if (points.nothingPublished()) {
      RevocationEvidence.Builder nothing = CrlExamination.evidence(certificate, "", null);
      return new Finding(
          nothing.setSource("none").setStatus(RevocationStatus.NOTHING_PUBLISHED).build(),
          Instant.MAX);
    }
    if (points.urls().isEmpty()) {
      return new Finding(notFollowed(certificate, points), Instant.MAX);
    }
    Finding best = null;
    for (String url : points.urls()) {
      Finding finding = byList(certificate, issuer, points, url, now, giveUp);
      switch (finding.status()) {
        case NOT_REVOKED, IS_REVOKED -> {
          return finding;
        }
        default -> best = better(best, finding);
      }
    }
    if (best == null) {
      throw new IllegalStateException("a certificate with lists but without URLs");
    }
    return best;
  }

  private Finding byList(
      ParsedCertificate certificate,
      ParsedCertificate issuer,
      DistributionPoints points,
      String url,
      Instant now,
      Instant giveUp)
      throws InterruptedException {
    return switch (store.current(url, issuer, giveUp)) {
      case CrlStore.Held(Crl crl) -> {
        RevocationEvidence evidence = CrlExamination.examine(crl, certificate, points, url, now);
        Instant next = crl.nextUpdate();
        yield new Finding(evidence, next == null ? now : next);
      }
      case CrlStore.Failed(RevocationStatus status, String detail, Crl last, Instant retry) ->
          new Finding(
              CrlExamination.evidence(certificate, url, last)
                  .setStatus(status)
                  .setDetail(detail)
                  .build(),
              retry);
    };
  }

  // A stale list is nearer to an answer than none.
  private static Finding better(@Nullable Finding best, Finding other) {
    return best == null
            || (best.status() == RevocationStatus.UNREACHABLE
                && other.status() == RevocationStatus.STALE)
        ? other
        : best;
  }

  private static RevocationEvidence notFollowed(
      ParsedCertificate certificate, DistributionPoints points) {
    RevocationEvidence.Builder evidence = CrlExamination.evidence(certificate, "", null);
    return points.elsewhere()
        ? evidence
            .setStatus(RevocationStatus.UNREACHABLE)
            .setDetail("its lists are published only where they are not asked for (not by http)")
            .build()
        : evidence
            .setSource("ocsp")
            .setStatus(RevocationStatus.UNREACHABLE)
            .setDetail("its revocation is published by OCSP only, which is not asked")
            .build();
  }
}
