package io.postern.policy.change;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.directory.FileProblem;
import java.util.List;

/** The faults of what was sent, as every call answers them. Pure. */
public final class Faults {
  private static final int MOST = 100;

  private Faults() {}

  /**
   * Passes where there is none.
   *
   * @throws ProblemException 422 with the first 100
   */
  public static void refuse(List<FileProblem> found) {
    refuseAll(found.stream().map(Faults::of).toList());
  }

  /** The same of faults that have their places. */
  public static void refuseAll(List<Problem.Fault> faults) {
    if (!faults.isEmpty()) {
      throw new ProblemException(
          Problem.of(
              Problem.UNPROCESSABLE,
              "Not valid",
              (faults.size() == 1
                      ? "There is 1 problem"
                      : "There are " + faults.size() + " problems")
                  + ", and nothing was changed.",
              faults.stream().limit(MOST).toList()));
    }
  }

  /** A problem of an object that is not in what was sent. */
  static FileProblem unplaced(DirectoryProblem problem) {
    return new FileProblem(
        0, 0, "", problem.getObject(), problem.getField(), problem.getProblem(), problem.getCure());
  }

  private static Problem.Fault of(FileProblem found) {
    return new Problem.Fault(
        found.pointer(),
        found.object(),
        found.problem(),
        found.cure(),
        found.line() > 0 ? found.line() : null);
  }
}
