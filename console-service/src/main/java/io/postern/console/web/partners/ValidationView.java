package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Values;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A validation of mail out, step by step, as policy-service has it now. Immutable.
 *
 * @param state asked, running, met, unmet, unanswered
 * @param fragment where its newest state is
 * @param page where it is shown alone
 */
public record ValidationView(
    String organization,
    String connector,
    String id,
    String state,
    String summary,
    String askedAt,
    List<Step> steps,
    List<String> cures,
    String fragment,
    String page) {
  /**
   * @param state ok, failed, skipped
   * @param place host and address
   * @param more the certificates and the evidence about their revocation
   */
  public record Step(
      String step,
      String state,
      String place,
      String detail,
      String expected,
      String actual,
      String cure,
      List<String> more) {
    public boolean failed() {
      return state.equals("failed");
    }
  }

  public long count() {
    return steps.size();
  }

  public boolean running() {
    return state.equals("asked") || state.equals("running");
  }

  static ValidationView of(JsonNode validation) {
    List<Step> steps = new ArrayList<>();
    Set<String> cures = new LinkedHashSet<>();
    for (JsonNode step : validation.path("steps")) {
      steps.add(step(step));
      cures.add(step.path("cure").asText(""));
    }
    cures.remove("");
    String organization = validation.path("organization").asText("");
    String page =
        "/partners/validations/"
            + Frame.encoded(organization)
            + "/"
            + Frame.encoded(validation.path("id").asText(""));
    return new ValidationView(
        organization,
        validation.path("connector").asText(""),
        validation.path("id").asText(""),
        validation.path("state").asText(""),
        validation.path("summary").asText(""),
        validation.path("askedAt").asText(""),
        steps,
        List.copyOf(cures),
        page + "/steps",
        page);
  }

  private static Step step(JsonNode step) {
    String host = step.path("host").asText(step.path("route").asText(""));
    String address = step.path("address").asText("");
    List<String> more = new ArrayList<>();
    for (JsonNode certificate : step.path("chain")) {
      more.add(
          Values.joined(
              ", ",
              certificate.path("subject").asText(""),
              certificate.path("issuer").asText(""),
              Values.text(certificate.path("names")),
              certificate.path("notBefore").asText("")
                  + " – "
                  + certificate.path("notAfter").asText(""),
              "SHA-256 " + certificate.path("sha256").asText("")));
    }
    for (JsonNode evidence : step.path("revocation")) {
      String subject = evidence.path("subject").asText("");
      if (!subject.isEmpty()) {
        more.add(
            subject
                + ": "
                + Values.joined(
                    " ",
                    evidence.path("status").asText(""),
                    evidence.path("source").asText(""),
                    evidence.path("url").asText(""),
                    evidence.path("detail").asText("")));
      }
    }
    return new Step(
        step.path("step").asText(""),
        step.path("state").asText(""),
        address.isEmpty() ? host : host + " [" + address + "]",
        step.path("detail").asText(""),
        step.path("expected").asText(""),
        step.path("actual").asText(""),
        step.path("cure").asText(""),
        more);
  }
}
