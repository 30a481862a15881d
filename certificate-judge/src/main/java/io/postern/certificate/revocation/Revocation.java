package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;

/**
 * Revocation by whatever a certificate publishes: the answer stapled to it, then its lists, then
 * its responders (docs/design/architecture.md, "Certificate verdicts": some authorities have no
 * OCSP any more). The first that knows decides. What a certificate publishes only in a way that is
 * not followed (ldap, https) is unreachable, not "nothing published": unknown is not good (G4).
 */
public final class Revocation implements RevocationCheck {
  /** The source in the evidence of an answer that came with the certificate. */
  public static final String STAPLED = "stapled-ocsp";

  private final CrlRevocation lists;
  private final OcspRevocation responders;

  public Revocation(CrlStore lists, OcspStore responders) {
    this.lists = new CrlRevocation(lists);
    this.responders = new OcspRevocation(responders, this.lists);
  }

  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    if (question.stapled().length > 0) {
      Finding stapled = responders.stapled(question);
      if (knows(stapled)) {
        return stapled;
      }
    }
    DistributionPoints points = DistributionPoints.of(question.certificate());
    if (points.nothingPublished()) {
      RevocationEvidence.Builder nothing =
          CrlExamination.evidence(question.certificate(), "", null);
      return new Finding(
          nothing.setSource("none").setStatus(RevocationStatus.NOTHING_PUBLISHED).build(),
          Instant.MAX);
    }
    boolean asks = !points.responders().isEmpty();
    if (points.urls().isEmpty()) {
      return asks
          ? responders.check(question)
          : new Finding(notFollowed(question.certificate()), Instant.MAX);
    }
    Finding byLists = lists.check(asks ? halfTheTime(question) : question);
    if (knows(byLists) || !asks) {
      return byLists;
    }
    Finding byResponders = responders.check(question);
    return knows(byResponders) || byLists.status() == RevocationStatus.UNREACHABLE
        ? byResponders
        : byLists; // a stale list is nearer to an answer than none
  }

  // A list that stalls leaves time for the responder.
  private static RevocationQuestion halfTheTime(RevocationQuestion question) {
    return new RevocationQuestion(
        question.certificate(),
        question.issuer(),
        question.signers(),
        question.stapled(),
        question.now(),
        question.patience().firstHalf());
  }

  static boolean knows(Finding finding) {
    return finding.status() == RevocationStatus.NOT_REVOKED
        || finding.status() == RevocationStatus.IS_REVOKED;
  }

  private static RevocationEvidence notFollowed(ParsedCertificate certificate) {
    return CrlExamination.evidence(certificate, "", null)
        .setStatus(RevocationStatus.UNREACHABLE)
        .setDetail("its revocation is published only where it is not asked for (not by http)")
        .build();
  }
}
