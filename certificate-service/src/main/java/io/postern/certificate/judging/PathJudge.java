package io.postern.certificate.judging;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Judges one path: the rules first, then revocation, for all certificates below the anchor at once.
 * Revoked beats unreachable beats stale; the leaf comes first. Any thread.
 */
final class PathJudge {
  /** How long a good verdict without all its evidence is kept, where that is allowed. */
  private static final Duration BEST_EFFORT_AGAIN = Duration.ofMinutes(5);

  private static final int RANK_REVOKED = PathRules.COUNT;
  private static final int RANK_UNKNOWN = RANK_REVOKED + 1;
  private static final int RANK_GOOD = RANK_UNKNOWN + 1;

  private final RevocationCheck revocation;

  PathJudge(RevocationCheck revocation) {
    this.revocation = revocation;
  }

  Judgement judge(
      CandidatePath path, PathRules.Question question, RevocationMode mode, Instant giveUp)
      throws InterruptedException {
    PathRules.Broken broken = PathRules.firstBroken(path, question);
    if (broken != null) {
      return Judgement.bad(broken.rule(), broken.problem(), path, untilValid(path, question));
    }
    Instant until =
        path.all().stream()
            .map(ParsedCertificate::notAfter)
            .min(Instant::compareTo)
            .orElse(Instant.MAX);
    List<Finding> findings =
        mode == RevocationMode.REVOCATION_OFF
            ? notChecked(path)
            : check(path, question.now(), giveUp);
    return byFindings(path, findings, mode, earliest(until, mode, findings, question.now()));
  }

  // A chain that is not valid yet becomes valid.
  private static Instant untilValid(CandidatePath path, PathRules.Question question) {
    return path.all().stream()
        .map(ParsedCertificate::notBefore)
        .filter(begin -> begin.isAfter(question.now()))
        .min(Instant::compareTo)
        .orElse(Instant.MAX);
  }

  private static Instant earliest(
      Instant expiry, RevocationMode mode, List<Finding> findings, Instant now) {
    Instant earliest = expiry;
    for (Finding finding : findings) {
      Instant until = finding.validUntil();
      boolean missing =
          finding.status() == RevocationStatus.UNREACHABLE
              || finding.status() == RevocationStatus.STALE;
      if (missing && mode == RevocationMode.REVOCATION_BEST_EFFORT) {
        until = now.plus(BEST_EFFORT_AGAIN);
      }
      earliest = until.isBefore(earliest) ? until : earliest;
    }
    return earliest;
  }

  private static Judgement byFindings(
      CandidatePath path, List<Finding> findings, RevocationMode mode, Instant until) {
    for (RevocationStatus status :
        List.of(
            RevocationStatus.IS_REVOKED, RevocationStatus.UNREACHABLE, RevocationStatus.STALE)) {
      boolean counts =
          status == RevocationStatus.IS_REVOKED || mode != RevocationMode.REVOCATION_BEST_EFFORT;
      for (int i = 0; counts && i < findings.size(); i++) {
        if (findings.get(i).status() == status) {
          String detail = path.below().get(i) + ": " + findings.get(i).evidence().getDetail();
          return status == RevocationStatus.IS_REVOKED
              ? new Judgement(
                  RANK_REVOKED,
                  VerdictResult.BAD,
                  new Problem(VerdictReason.REVOKED, detail),
                  path,
                  findings,
                  until)
              : new Judgement(
                  RANK_UNKNOWN,
                  VerdictResult.UNKNOWN,
                  new Problem(
                      status == RevocationStatus.STALE
                          ? VerdictReason.REVOCATION_STALE
                          : VerdictReason.REVOCATION_UNREACHABLE,
                      detail),
                  path,
                  findings,
                  until);
        }
      }
    }
    return new Judgement(RANK_GOOD, VerdictResult.GOOD, null, path, findings, until);
  }

  private static List<Finding> notChecked(CandidatePath path) {
    return path.below().stream()
        .map(
            certificate ->
                new Finding(
                    RevocationEvidence.newBuilder()
                        .setCertificateFingerprint(ByteString.copyFrom(certificate.fingerprint()))
                        .setStatus(RevocationStatus.NOT_CHECKED)
                        .setSource("none")
                        .build(),
                    Instant.MAX))
        .toList();
  }

  // Side by side, so that two dead endpoints cost the time of one.
  private List<Finding> check(CandidatePath path, Instant now, Instant giveUp)
      throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Finding>> running = new ArrayList<>();
      for (int i = 0; i < path.below().size(); i++) {
        ParsedCertificate certificate = path.below().get(i);
        ParsedCertificate issuer = path.issuerOf(i);
        running.add(side.submit(() -> revocation.check(certificate, issuer, now, giveUp)));
      }
      for (Future<Finding> one : running) {
        findings.add(one.get());
      }
      return findings;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the revocation check failed unexpectedly", e.getCause());
    }
  }
}
