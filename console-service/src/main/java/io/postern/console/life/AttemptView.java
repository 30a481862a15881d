package io.postern.console.life;

import io.postern.console.life.Life.Attempt;
import io.postern.console.life.Life.Dane;
import io.postern.console.life.Life.Evidence;
import io.postern.console.life.Life.MtaSts;
import io.postern.console.life.Life.PathCertificate;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.MtaStsEvidence;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.VerdictEvidence;

/** The facts of an attempt. Stateless. */
final class AttemptView {
  private AttemptView() {}

  static Attempt of(OutcomeRecorded outcome) {
    long started = outcome.getTimings().getStartedMillis();
    return new Attempt(
        outcome.getOrganization(),
        outcome.getConnector(),
        outcome.getRoute(),
        outcome.getHost(),
        outcome.getAddress(),
        outcome.getToken(),
        outcome.getReportedConnector(),
        outcome.getReportedToken(),
        outcome.hasRequirement() ? Words.requirement(outcome.getRequirement()) : null,
        outcome.hasTlsFacts() ? Words.tls(outcome.getTlsFacts()) : null,
        outcome.getVerdict(),
        Words.hex(outcome.getVerdictKey()),
        outcome.hasEvidence() ? evidence(outcome.getEvidence()) : null,
        outcome.hasDane() ? dane(outcome.getDane()) : null,
        outcome.hasMtaSts() ? mtaSts(outcome.getMtaSts()) : null,
        outcome.getNoAttempt(),
        started == 0 ? null : outcome.getAtMillis() - started);
  }

  private static Evidence evidence(VerdictEvidence evidence) {
    return new Evidence(
        Words.time(evidence.getJudgedAtMillis()),
        evidence.getAnchorSubject(),
        evidence.getAnchors().getId(),
        evidence.getPathList().stream()
            .map(c -> certificate(c.getSubject(), c.getRevocation()))
            .toList());
  }

  static PathCertificate certificate(String subject, RevocationEvidence revocation) {
    return new PathCertificate(
        subject,
        Words.hex(revocation.getCertificateFingerprint()),
        Words.of(revocation.getStatus(), ""),
        revocation.getSource(),
        revocation.getUrl(),
        Words.timeOrNull(revocation.getThisUpdateMillis()),
        Words.timeOrNull(revocation.getRevokedAtMillis()),
        revocation.getDetail());
  }

  private static Dane dane(DaneEvidence dane) {
    return new Dane(dane.getBase(), dane.getRecordsList(), dane.getMatched(), dane.getUnproven());
  }

  private static MtaSts mtaSts(MtaStsEvidence sts) {
    return new MtaSts(
        sts.getDomain(),
        sts.getId(),
        sts.getMode(),
        sts.getMxList(),
        sts.getMet(),
        sts.getFailure());
  }
}
