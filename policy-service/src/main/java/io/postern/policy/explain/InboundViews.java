package io.postern.policy.explain;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.rules.inbound.InboundDecision;
import java.util.List;

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

  static In of(RecipientGroup group) {
    return of(
        new InboundDecision.Accept(
            group.getOrganization(),
            group.getConnector(),
            group.getDirection(),
            group.getByAddress(),
            group.getVerdict(),
            new byte[0],
            group.getExplanation()));
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
