package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain that was collected, with all evidence about it: nothing is fetched. Immutable; any
 * thread.
 *
 * @param chain as presented, leaf first (DER)
 * @param anchors the only ones (DER); one that cannot be read is none
 * @param lists revocation lists (DER)
 * @param answers OCSP responses (DER); the first counts as stapled to the leaf
 * @param at the time for which it is judged
 */
record CollectedChain(
    List<byte[]> chain,
    List<byte[]> anchors,
    List<byte[]> lists,
    List<byte[]> answers,
    RevocationMode revocation,
    Purpose purpose,
    PolicyInputs policies,
    Instant at) {

  private static final Duration MOST = Duration.ofSeconds(5);

  /**
   * @param reason null: good
   */
  record Outcome(VerdictResult result, @Nullable VerdictReason reason, String detail) {}

  Outcome judge() throws InterruptedException {
    // A chain that leads to an anchor that cannot be read is untrusted.
    List<ParsedCertificate> trusted = ParsedCertificate.usable(anchors, _ -> {});
    Judgement judgement =
        new ChainJudge(new GivenEvidence(lists, answers), MOST)
            .judge(
                chain,
                answers.isEmpty() ? new byte[0] : answers.getFirst(),
                new PathRules.Question(purpose, policies, at),
                revocation,
                new TrustAnchors(AnchorSetReference.getDefaultInstance(), trusted));
    Problem problem = judgement.problem();
    return new Outcome(
        judgement.result(),
        problem == null ? null : problem.reason(),
        problem == null ? "" : problem.detail());
  }
}
