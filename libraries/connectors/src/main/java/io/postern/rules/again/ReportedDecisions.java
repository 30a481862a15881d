package io.postern.rules.again;

import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What inbound connectors in report-only mode would have decided about one recipient, beside the
 * decision that counts (docs/guides/forced-tls-with-a-partner.md). It waits for nobody: a verdict
 * that is not known is {@code unknown/not-asked}. The source behind a gateway counts as the
 * decision's facts have it. A pure function; any thread. Costs a second decision, and nothing while
 * no connector is in that mode.
 *
 * @param own for the decision's organization; null: nothing would change for it
 * @param incoming for the recipient's organization, where that is another one; null: the same
 * @param questions that the report would have needed an answer to
 */
public record ReportedDecisions(
    @Nullable ReportedDecision own,
    @Nullable ReportedDecision incoming,
    List<VerdictQuestion> questions) {
  /** Spelling of a verdict that nobody waited for. */
  public static final String NOT_ASKED = "unknown/not-asked";

  private static final ReportedDecisions NONE = new ReportedDecisions(null, null, List.of());

  // Its reason is none that certificate-service gives, so no verdict looks like it.
  private static final CertificateVerdict UNASKED =
      CertificateVerdict.newBuilder().setResult(VerdictResult.UNKNOWN).build();

  public ReportedDecisions {
    questions = List.copyOf(questions);
  }

  /**
   * @param decided by {@link InboundRules#decide} with the same directory and facts
   * @param known verdicts that are there; null: not known
   */
  public static ReportedDecisions of(
      Directory directory,
      InboundFacts facts,
      String recipientDomain,
      InboundDecision decided,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    Directory enforced = directory.enforced();
    if (enforced == null) {
      return NONE;
    }
    List<VerdictQuestion> questions = new ArrayList<>(0);
    InboundDecision reported =
        InboundRules.decide(
            enforced,
            facts,
            recipientDomain,
            question -> {
              CertificateVerdict verdict = known.apply(question);
              if (verdict == null) {
                questions.add(question);
              }
              return verdict == null ? UNASKED : verdict;
            });
    InboundDecision.Accept incoming =
        decided instanceof InboundDecision.Accept accept ? accept.incoming() : null;
    return new ReportedDecisions(
        of(directory, decided, reported),
        incoming == null ? null : of(directory, incoming, reported),
        questions);
  }

  private static @Nullable ReportedDecision of(
      Directory directory, InboundDecision decided, InboundDecision reported) {
    // What no organization decides is compared with the whole.
    String organization = decided.organization();
    InboundDecision its = reported.partOf(id -> organization.isEmpty() || id.equals(organization));
    return its == null || !changes(directory, decided, its) ? null : record(its);
  }

  private static boolean changes(
      Directory directory, InboundDecision decided, InboundDecision reported) {
    InboundEntry by = directory.index(reported.organization()).inbound(reported.connector());
    return by != null && by.reportsOnly()
        || decided.getClass() != reported.getClass()
        || !decided.connector().equals(reported.connector())
        || decided instanceof InboundDecision.Refuse before
            && reported instanceof InboundDecision.Refuse after
            && !(before.rule().equals(after.rule()) && before.code() == after.code());
  }

  private static ReportedDecision record(InboundDecision reported) {
    ReportedDecision.Builder record =
        ReportedDecision.newBuilder()
            .setOrganization(reported.organization())
            .setConnector(reported.connector());
    return switch (reported) {
      case InboundDecision.Accept accept ->
          record
              .setAccepted(true)
              .setVerdict(accept.verdict())
              .setExplanation(accept.explanation())
              .build();
      case InboundDecision.Refuse refuse -> {
        boolean notAsked = refuse.verdict().equals(Spelling.of(VerdictResult.UNKNOWN));
        yield record
            .setCode(notAsked ? 0 : refuse.code())
            .setEnhancedCode(notAsked ? "" : refuse.enhanced())
            .setRule(refuse.rule())
            .setVerdict(notAsked ? NOT_ASKED : refuse.verdict())
            .setExplanation(refuse.explanation())
            .build();
      }
      case InboundDecision.VerdictNeeded needed ->
          throw new IllegalStateException("each verdict was given");
    };
  }
}
