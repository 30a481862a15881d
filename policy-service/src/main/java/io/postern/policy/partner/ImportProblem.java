package io.postern.policy.partner;

import io.postern.api.Problem;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer to an import whose draft has faults, a problem with the draft (RFC 9457 §3.2).
 *
 * @param errors with pointers and lines of the draft
 * @param file the draft, to be corrected and applied
 * @param findings each parameter and what became of it
 */
@Schema(name = "ExchangeImportProblem")
public record ImportProblem(
    String type,
    String title,
    int status,
    String detail,
    List<Problem.Fault> errors,
    String organization,
    String file,
    List<ImportAnswer.FindingView> findings) {
  static ImportProblem of(
      Problem problem, String organization, String file, List<ImportAnswer.FindingView> findings) {
    return new ImportProblem(
        problem.type(),
        problem.title(),
        problem.status(),
        problem.detail(),
        problem.errors(),
        organization,
        file,
        findings);
  }
}
