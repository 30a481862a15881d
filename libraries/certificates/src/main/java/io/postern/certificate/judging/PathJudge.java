package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.PauseRefusedException;
import io.postern.certificate.revocation.Permit;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The judge of one path: the rules first, then revocation, for all certificates below the anchor at
 * once. Revoked beats unreachable beats stale; the leaf comes first. A server's certificate that
 * demands a stapled answer needs a good one, unless revocation is off. Any thread.
 */
record PathJudge(RevocationCheck revocation) {
  /** How long a good verdict without all its evidence is kept, where that is allowed. */
  private static final Duration BEST_EFFORT_AGAIN = Duration.ofMinutes(5);

  private static final int RANK_REVOKED = PathRules.COUNT;
  private static final int RANK_UNKNOWN = RANK_REVOKED + 1;
  private static final int RANK_GOOD = RANK_UNKNOWN + 1;

  private static final List<Map.Entry<RevocationStatus, VerdictReason>> WORST_FIRST =
      List.of(
          Map.entry(RevocationStatus.IS_REVOKED, VerdictReason.REVOKED),
          Map.entry(RevocationStatus.UNREACHABLE, VerdictReason.REVOCATION_UNREACHABLE),
          Map.entry(RevocationStatus.STALE, VerdictReason.REVOCATION_STALE));
  private static final Logger LOG = Logger.getLogger(PathJudge.class);
  private static final byte[] NOTHING = {};

  /**
   * The question about a path.
   *
   * @param presented the other certificates at hand, which may have signed lists
   * @param stapled the OCSP response that came with the leaf; empty: none
   * @param endNanos by {@link System#nanoTime}: the search for signers ends then
   * @param depth how many lists' signers stand between this path and the chain's
   * @param inQuestion the certificates that the signers' paths must not lead over
   * @param signers the memory of lists' signers
   */
  record PathQuestion(
      PathRules.Question question,
      RevocationMode mode,
      List<ParsedCertificate> presented,
      byte[] stapled,
      Patience patience,
      long endNanos,
      int depth,
      Set<ParsedCertificate> inQuestion,
      SignerMemo signers) {
    Instant now() {
      return question.now();
    }

    boolean late() {
      return System.nanoTime() - endNanos > 0;
    }
  }

  Judgement judge(CandidatePath path, PathQuestion asked) throws InterruptedException {
    PathRules.Question question = asked.question();
    RevocationMode mode = asked.mode();
    PathRules.BrokenRule broken = PathRules.firstBroken(path, question);
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
            ? path.below().stream()
                .map(c -> Finding.withoutSource(c, RevocationStatus.NOT_CHECKED, ""))
                .toList()
            : check(path, asked);
    boolean unstapled =
        mode != RevocationMode.REVOCATION_OFF && unstapled(path, question.purpose(), findings);
    Instant end = earliest(until, mode, findings, question.now());
    return byFindings(path, findings, mode, unstapled, end);
  }

  // RFC 7633 §4.2.3.1: a server that shows such a certificate without an answer is not believed,
  // however little is asked for otherwise: it was its owner's wish.
  private static boolean unstapled(CandidatePath path, Purpose purpose, List<Finding> findings) {
    if (purpose != Purpose.SERVER || findings.isEmpty() || !path.leaf().demandsStaple()) {
      return false;
    }
    Finding leaf = findings.getFirst();
    if (leaf.evidence().getSource().equals(Finding.STAPLED)
        || leaf.status() == RevocationStatus.IS_REVOKED) {
      return false;
    }
    findings.set(
        0,
        new Finding(
            leaf.evidence().toBuilder()
                .setStatus(RevocationStatus.UNREACHABLE)
                .setDetail(
                    "it requires a stapled OCSP response (RFC 7633), and no good one was sent")
                .build(),
            leaf.validUntil(),
            leaf.supporting()));
    return true;
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
      CandidatePath path,
      List<Finding> findings,
      RevocationMode mode,
      boolean unstapled,
      Instant until) {
    for (Map.Entry<RevocationStatus, VerdictReason> kind : WORST_FIRST) {
      boolean revoked = kind.getKey() == RevocationStatus.IS_REVOKED;
      boolean counts = revoked || mode != RevocationMode.REVOCATION_BEST_EFFORT;
      for (int i = 0; i < findings.size(); i++) {
        Finding finding = findings.get(i);
        if (finding.status() == kind.getKey() && (counts || unstapled && i == 0)) {
          String detail = path.below().get(i) + ": " + finding.evidence().getDetail();
          return new Judgement(
              revoked ? RANK_REVOKED : RANK_UNKNOWN,
              revoked ? VerdictResult.BAD : VerdictResult.UNKNOWN,
              new Problem(kind.getValue(), detail),
              path,
              findings,
              until);
        }
      }
    }
    return new Judgement(RANK_GOOD, VerdictResult.GOOD, null, path, findings, until);
  }

  // Side by side, so that two dead endpoints cost the time of one. One of these threads computes in
  // the place of the calling one, which waits for them all.
  private List<Finding> check(CandidatePath path, PathQuestion asked) throws InterruptedException {
    ListSigners signers = new PathSigners(this, path, asked);
    Permit permit = asked.patience().permit();
    AtomicInteger left = new AtomicInteger(path.below().size());
    permit.begin(Math.max(0, left.get() - 1));
    List<Finding> findings = new ArrayList<>();
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Finding>> running = new ArrayList<>();
      for (int i = 0; i < path.below().size(); i++) {
        RevocationQuestion question =
            new RevocationQuestion(
                path.below().get(i),
                path.issuerOf(i),
                signers,
                i == 0 ? asked.stapled() : NOTHING,
                asked.now(),
                asked.patience());
        running.add(
            side.submit(
                () -> {
                  try {
                    return revocation.check(question);
                  } finally {
                    if (left.decrementAndGet() > 0) {
                      permit.end();
                    }
                  }
                }));
      }
      for (int i = 0; i < running.size(); i++) {
        findings.add(finding(running.get(i), path.below().get(i)));
      }
      return findings;
    }
  }

  // A parser that hostile bytes overcome makes this certificate unknown, and nothing else.
  private static Finding finding(Future<Finding> running, ParsedCertificate certificate)
      throws InterruptedException {
    try {
      return running.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PauseRefusedException refused) {
        throw refused;
      }
      LOG.errorf(e.getCause(), "the revocation of %s could not be checked", certificate);
      return Finding.withoutSource(
          certificate, RevocationStatus.UNREACHABLE, "its issuer's publication could not be read");
    }
  }
}
