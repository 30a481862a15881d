package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.contracts.v1.ProbeEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A validation as the API shows it.
 *
 * @param state asked, running, met, unmet, unanswered
 * @param summary one sentence
 * @param endedAt null: it is under way
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "Validation")
public record ValidationView(
    String id,
    String organization,
    String connector,
    String by,
    String state,
    String summary,
    String askedAt,
    @Nullable String endedAt,
    List<StepView> steps) {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  static ValidationView of(Probe.Snapshot probe, Instant now) {
    ProbeEnd end = probe.end();
    Duration since = Duration.between(Instant.ofEpochMilli(probe.askedMillis()), now);
    String state;
    String summary;
    if (end != null) {
      state = end.getMet() ? "met" : "unmet";
      summary = end.getSummary();
    } else if (since.compareTo(ValidationPlan.LONGEST.plus(ANSWER)) > 0) {
      state = "unanswered";
      summary = "delivery-service did not finish the validation in time";
    } else if (probe.answered()) {
      state = "running";
      summary = "delivery-service is validating";
    } else if (since.compareTo(ANSWER) > 0) {
      state = "unanswered";
      summary = "no delivery-service responded within 10 s: is one running?";
    } else {
      state = "asked";
      summary = "no delivery-service has responded yet";
    }
    return new ValidationView(
        probe.request().getProbeId(),
        probe.request().getOrganization(),
        probe.request().getConnector(),
        probe.request().getBy(),
        state,
        summary,
        Instant.ofEpochMilli(probe.askedMillis()).toString(),
        end == null ? null : Instant.ofEpochMilli(end.getAtMillis()).toString(),
        probe.steps().stream().map(StepView::of).toList());
  }

  boolean over() {
    return !state.equals("asked") && !state.equals("running");
  }
}
