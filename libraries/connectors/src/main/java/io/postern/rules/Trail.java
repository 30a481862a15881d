package io.postern.rules;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;

/**
 * The steps of one decision for one organization's eyes (G8): each step holds only texts that the
 * organization wrote or the session showed. Bounded, since it travels with every message: past
 * {@value #MAX_STEPS} steps failed ones are only counted. One thread.
 */
public final class Trail {
  static final int MAX_STEPS = 40;

  private final Explanation.Builder explanation = Explanation.newBuilder();
  private int left;

  public Trail(String organization) {
    explanation.setOrganization(organization);
  }

  public Trail matched(String subject, String condition, String detail) {
    explanation.addSteps(step(subject, true, condition, detail));
    return this;
  }

  public Trail failed(String subject, String condition, String detail) {
    if (explanation.getStepsCount() < MAX_STEPS) {
      explanation.addSteps(step(subject, false, condition, detail));
    } else {
      left++;
    }
    return this;
  }

  /** The condition is not met. */
  public Trail failed(String subject, Condition condition) {
    return failed(subject, condition.parameter(), condition.sentence());
  }

  /** Counts connectors that failed and need no step of their own. */
  public Trail alsoFailed(int count) {
    left += count;
    return this;
  }

  public Explanation summary(String sentence) {
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
