package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.directory.DirectoryChange;
import io.postern.directory.exchange.Finding;
import io.postern.policy.change.Changed;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Exchange's objects as they were imported.
 *
 * @param file the draft, a directory file of the organization; edit it and apply it, or import
 *     again without dryRun
 * @param findings each parameter and what became of it
 * @param changes of the directory; objects that the import does not name stay
 * @param warnings known traps in them, with lines of the draft
 * @param seen version of the directory that it was compared with: send it as If-Match, and the
 *     changes are these or none
 * @param applied the changes are made
 * @param version the directory's with the changes; null: nothing was applied
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "ExchangeImport")
public record ImportAnswer(
    String organization,
    String file,
    List<FindingView> findings,
    List<DirectoryChange> changes,
    List<Changed.Warning> warnings,
    long seen,
    boolean applied,
    @Nullable Long version) {

  /**
   * @param taken taken, different, notTaken, unknown
   */
  @Schema(name = "ExchangeFinding")
  public record FindingView(
      String object, String parameter, String value, String taken, String remark) {
    static FindingView of(Finding finding) {
      return new FindingView(
          finding.object(),
          finding.parameter(),
          finding.value(),
          switch (finding.taken()) {
            case TAKEN -> "taken";
            case DIFFERENT -> "different";
            case NOT_TAKEN -> "notTaken";
            case UNKNOWN -> "unknown";
          },
          finding.remark());
    }
  }
}
