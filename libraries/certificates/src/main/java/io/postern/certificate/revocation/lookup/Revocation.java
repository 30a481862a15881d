package io.postern.certificate.revocation.lookup;

import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.crl.CrlExamination;
import io.postern.certificate.revocation.crl.CrlRevocation;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.ocsp.OcspRevocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;

/**
 * Revocation by all sources that a certificate names: the answer stapled to it, then its lists,
 * then its responders (docs/design/architecture.md, "Certificate verdicts": some authorities have
 * no OCSP any more). The first source that decides is used. A certificate whose sources are all of
 * a kind that is not followed (ldap, https) is unreachable, not "nothing published": unknown is not
 * good (G4).
 */
public final class Revocation implements RevocationCheck {
  private static final String NOT_FOLLOWED =
      "its revocation is published only at places that are not queried (not http)";
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
      if (stapled.decides()) {
        return stapled;
      }
    }
    DistributionPoints points = DistributionPoints.of(question.certificate());
    if (points.nothingPublished()) {
      return Finding.withoutSource(question.certificate(), RevocationStatus.NOTHING_PUBLISHED, "");
    }
    boolean asks = !points.responders().isEmpty();
    if (points.urls().isEmpty()) {
      return asks
          ? responders.check(question)
          : Finding.unreachable(
              question.certificate(), CrlExamination.SOURCE, "", NOT_FOLLOWED, Instant.MAX);
    }
    Finding byLists = lists.check(asks ? halfTheTime(question) : question);
    if (byLists.decides() || !asks) {
      return byLists;
    }
    Finding byResponders = responders.check(question);
    return byResponders.decides() || byLists.status() == RevocationStatus.UNREACHABLE
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
}
