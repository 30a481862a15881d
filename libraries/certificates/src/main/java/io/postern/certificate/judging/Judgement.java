package io.postern.certificate.judging;

import io.postern.certificate.Problem;
import io.postern.certificate.revocation.Finding;
import io.postern.contracts.v1.VerdictResult;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of judging one path, revocation included, or a chain without one. Immutable.
 *
 * @param rank how far it came: the higher, the nearer to good
 * @param problem null: good
 * @param path null: no path was found
 */
record Judgement(
    int rank,
    VerdictResult result,
    @Nullable Problem problem,
    @Nullable CandidatePath path,
    List<Finding> findings,
    Instant validUntil) {

  static Judgement bad(int rank, Problem problem, @Nullable CandidatePath path, Instant until) {
    return new Judgement(rank, VerdictResult.BAD, problem, path, List.of(), until);
  }
}
