package io.postern.policy.explain;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.SenderTrust;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decisions in the session, made or recorded, in the answer's form. */
final class InboundViews {
  private InboundViews() {}

  static In of(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          new In(
              "accept",
              null,
              null,
              null,
              null,
              accept.organization(),
              accept.connector(),
              Spelling.hyphens(accept.direction()),
              accept.verdict(),
              accept.explanation().getSummary(),
              steps(accept.explanation()));
      case InboundDecision.Refuse refuse ->
          new In(
              "refuse",
              refuse.code(),
              refuse.enhanced(),
              refuse.text(),
              refuse.rule(),
              refuse.organization(),
              refuse.connector(),
              null,
              refuse.verdict(),
              refuse.explanation().getSummary(),
              steps(refuse.explanation()));
      case InboundDecision.VerdictNeeded needed ->
          In.unknown("It depends on a verdict that was not requested.");
    };
  }

  /**
   * What a caller sees of the decisions (G8). One without an organization is visible to every
   * caller: it is by the caller's facts.
   *
   * @param mine whether the caller reads an organization
   * @param out null: it is another organization's, or there is none
   */
  static Decisions seen(InboundDecision decision, Predicate<String> mine, @Nullable Out out) {
    Predicate<String> seen = id -> id.isEmpty() || mine.test(id);
    InboundDecision.Accept incoming =
        decision instanceof InboundDecision.Accept accept ? accept.incoming() : null;
    return new Decisions(
        seen.test(decision.organization()) ? of(decision) : In.ofAnother(),
        incoming != null && seen.test(incoming.organization()) ? of(incoming) : null,
        out);
  }

  /** A group's acceptance as it is recorded. */
  static InboundDecision.Accept accept(RecipientGroup group) {
    return new InboundDecision.Accept(
        group.getOrganization(),
        group.getConnector(),
        group.getDirection(),
        group.getByAddress(),
        group.getVerdict(),
        new byte[0],
        group.getExplanation(),
        SenderTrust.NONE,
        group.getRewriteSender(),
        group.hasIncoming() ? accept(group.getIncoming()) : null,
        null);
  }

  static In of(MessageRefused refused) {
    return of(
        new InboundDecision.Refuse(
            refused.getCode(),
            refused.getEnhancedCode(),
            refused.getText(),
            refused.getRule(),
            refused.getOrganization(),
            refused.getConnector(),
            refused.getVerdict(),
            refused.getExplanation()));
  }

  static List<String> steps(Explanation explanation) {
    return explanation.getStepsList().stream().map(InboundViews::sentence).toList();
  }

  private static String sentence(ExplanationStep step) {
    return (step.getMatched() ? "+ " : "- ")
        + step.getSubject()
        + ": "
        + step.getCondition()
        + ": "
        + step.getDetail();
  }
}
