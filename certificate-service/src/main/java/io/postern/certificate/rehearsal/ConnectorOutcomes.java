package io.postern.certificate.rehearsal;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import io.postern.rules.CertificateUse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Connectors and mailbox routes that depend on a server outside whose certificate changes: whether
 * the new one still has the name, and whether its chain is good by their anchors and revocation
 * mode. Owner: one thread, which it blocks for revocation; each question is judged once.
 */
final class ConnectorOutcomes {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  // As far ahead as today's lists can cover.
  private static final Duration SOON = Duration.ofDays(1);

  private final AnchorStore anchors;
  private final ChainJudge judge;
  private final InstantSource clock;
  private final Instant now;
  private final Map<CertificateRequest, CertificateVerdict> judged = new HashMap<>();

  /** All are judged as of the time of making this; each is waited for from when it is asked. */
  ConnectorOutcomes(AnchorStore anchors, ChainJudge judge, InstantSource clock) {
    this.anchors = anchors;
    this.judge = judge;
    this.clock = clock;
    this.now = clock.instant();
  }

  /**
   * @param role the role in which the old certificate's holder was seen; uses without a name are
   *     looked at for that role alone
   */
  List<Outcome> of(Change change, Optional<CertificateRole> role, List<CertificateUse> uses)
      throws InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    for (CertificateUse use : uses) {
      if (concerned(change, role, use)) {
        outcomes.add(outcome(change, use));
      }
    }
    return outcomes;
  }

  private boolean concerned(Change change, Optional<CertificateRole> role, CertificateUse use)
      throws InterruptedException {
    if (!use.name().isEmpty()) {
      return CertificateNames.fits(use.name(), change.namesBefore());
    }
    // "Any name" by the default anchors fits every server: only an own set points to one partner.
    return role.filter(use.role()::equals).isPresent()
        && !use.anchors().getId().isEmpty()
        && verdict(change.before(), use).getResult() == VerdictResult.GOOD;
  }

  private Outcome outcome(Change change, CertificateUse use) throws InterruptedException {
    if (!use.name().isEmpty() && !CertificateNames.fits(use.name(), change.namesAfter())) {
      String names = String.join(", ", change.namesAfter());
      return new Outcome(
          Result.FAILS,
          use.object(),
          "%s is %s, the new certificate has %s"
              .formatted(use.field(), use.name(), names.isEmpty() ? "no name" : names));
    }
    CertificateVerdict verdict = verdict(change.after(), use);
    String text = Spelling.verdict(verdict) + ": " + verdict.getDetail();
    return switch (verdict.getResult()) {
      case GOOD -> new Outcome(Result.OK, use.object(), "name and chain are valid");
      case BAD -> new Outcome(Result.FAILS, use.object(), text);
      case UNKNOWN, VERDICT_RESULT_UNSPECIFIED, UNRECOGNIZED ->
          new Outcome(
              Result.CHECK,
              use.object(),
              text + "; with this verdict, mail stays in the " + "queue");
    };
  }

  private CertificateVerdict verdict(List<ParsedCertificate> chain, CertificateUse use)
      throws InterruptedException {
    CertificateRequest.Builder question =
        CertificateRequest.newBuilder()
            .setRole(use.role())
            .setAnchors(use.anchors())
            .setRevocation(use.revocation())
            .setOrganization(use.organization());
    chain.forEach(c -> question.addChain(ByteString.copyFrom(c.der())));
    CertificateVerdict known = judged.get(question.build());
    if (known == null) {
      known = judge(question.build(), when(chain));
      judged.put(question.build(), known);
    }
    return known;
  }

  private CertificateVerdict judge(CertificateRequest question, Instant when)
      throws InterruptedException {
    Optional<TrustAnchors> set = anchors.find(question.getAnchors(), PATIENCE);
    return set.isEmpty()
        ? ChainJudge.unavailable(
            question,
            question.getAnchors(),
            anchors.announcement().getDistrustVersion(),
            "the anchor set no longer exists",
            now)
        : judge.judge(question, set.get(), when, clock.instant());
  }

  /** Now, or when a certificate that begins soon has begun. */
  private Instant when(List<ParsedCertificate> chain) {
    Instant begin = chain.getFirst().notBefore();
    return begin.isAfter(now) && begin.isBefore(now.plus(SOON)) ? begin : now;
  }
}
