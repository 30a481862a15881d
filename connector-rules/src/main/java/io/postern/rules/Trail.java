package io.postern.rules;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;

/**
 * Collects the steps of one decision for one organization's eyes (G8): whoever adds a step adds
 * only what that organization wrote or the session showed. Bounded, since it travels with every
 * message: past {@value #MAX_STEPS} steps failed ones are only counted. One thread.
 */
final class Trail {
  static final int MAX_STEPS = 40;

  private final Explanation.Builder explanation = Explanation.newBuilder();
  private int left;

  Trail(String organization) {
    explanation.setOrganization(organization);
  }

  Trail matched(String subject, String condition, String detail) {
    explanation.addSteps(step(subject, true, condition, detail));
    return this;
  }

  Trail failed(String subject, String condition, String detail) {
    if (hasRoom()) {
      explanation.addSteps(step(subject, false, condition, detail));
    } else {
      left++;
    }
    return this;
  }

  boolean hasRoom() {
    return explanation.getStepsCount() < MAX_STEPS;
  }

  /** Steps that were looked at but need not be told one by one. */
  Trail alsoFailed(int count) {
    left += count;
    return this;
  }

  Explanation summary(String sentence) {
    if (left > 0) {
      explanation.addSteps(
          step("connectors", false, "count", left + " more did not match and are not listed"));
      left = 0;
    }
    return explanation.setSummary(sentence).build();
  }

  private static ExplanationStep step(
      String subject, boolean matched, String condition, String detail) {
    return ExplanationStep.newBuilder()
        .setSubject(subject)
        .setMatched(matched)
        .setCondition(condition)
        .setDetail(detail)
        .build();
  }
}
