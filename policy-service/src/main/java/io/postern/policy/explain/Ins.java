package io.postern.policy.explain;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.rules.inbound.InboundDecision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decisions in the session, made or recorded, in the answer's form. */
final class Ins {
  private Ins() {}

  static In of(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          accepted(
              accept.organization(),
              accept.connector(),
              accept.direction(),
              accept.verdict(),
              accept.explanation());
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
    return accepted(
        group.getOrganization(),
        group.getConnector(),
        group.getDirection(),
        group.getVerdict(),
        group.getExplanation());
  }

  static In of(MessageRefused refused) {
    return new In(
        "refuse",
        refused.getCode(),
        refused.getEnhancedCode(),
        refused.getText(),
        refused.getRule(),
        refused.getOrganization(),
        refused.getConnector(),
        null,
        refused.getVerdict(),
        refused.getExplanation().getSummary(),
        steps(refused.getExplanation()));
  }

  private static In accepted(
      String organization,
      String connector,
      Direction direction,
      String verdict,
      Explanation explanation) {
    return new In(
        "accept",
        null,
        null,
        null,
        null,
        organization,
        connector,
        Spelling.hyphens(direction),
        verdict,
        explanation.getSummary(),
        steps(explanation));
  }

  static List<String> steps(Explanation explanation) {
    return explanation.getStepsList().stream().map(Ins::sentence).toList();
  }

  private static String sentence(ExplanationStep step) {
    return (step.getMatched() ? "+ " : "- ")
        + step.getSubject()
        + ": "
        + step.getCondition()
        + ": "
        + step.getDetail();
  }

  static String or(@Nullable String text, String otherwise) {
    return text == null || text.isEmpty() ? otherwise : text;
  }
}
