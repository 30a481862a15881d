package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A validation in lines for people, each step once as it comes. One validation; one thread. */
final class ValidationText implements Consumer<JsonNode> {
  private final Consumer<List<String>> lines;
  private int shown;

  /**
   * @param lines takes those of each step
   */
  ValidationText(Consumer<List<String>> lines) {
    this.lines = lines;
  }

  /** A state of it; steps are only added. */
  @Override
  public void accept(JsonNode validation) {
    JsonNode steps = validation.path("steps");
    for (; shown < steps.size(); shown++) {
      lines.accept(step(steps.get(shown)));
    }
  }

  private static List<String> step(JsonNode step) {
    String state = step.path("state").asText();
    boolean failed = state.equals("failed");
    String host = step.path("host").asText(step.path("route").asText());
    String address = step.path("address").asText();
    String place = address.isEmpty() ? host : host + " [" + address + "]";
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-7s  %-11s  %s"
            .formatted(
                failed ? "NOT OK" : state,
                step.path("step").asText(),
                joined(": ", place, joined(" ", step.path("detail").asText(), values(step)))));
    for (JsonNode evidence : step.path("revocation")) {
      if (evidence.path("subject").asText().isEmpty()) {
        continue; // the anchor
      }
      lines.add(
          "         revocation   %s: %s"
              .formatted(
                  evidence.path("subject").asText(),
                  joined(
                      " ",
                      evidence.path("status").asText(),
                      evidence.path("source").asText(),
                      evidence.path("url").asText(),
                      evidence.path("detail").asText())));
    }
    return lines;
  }

  /** Expected and actual, where they differ in a way that matters. */
  private static String values(JsonNode step) {
    String expected = step.path("expected").asText();
    String actual = step.path("actual").asText();
    boolean failed = step.path("state").asText().equals("failed");
    return failed && !expected.isEmpty() ? "expected " + expected + ", actual " + actual : actual;
  }

  private static String joined(String between, String... parts) {
    return String.join(between, List.of(parts).stream().filter(part -> !part.isEmpty()).toList());
  }

  /** The state, with the cure of each step that failed. */
  static List<String> end(JsonNode validation) {
    List<String> lines = new ArrayList<>();
    String state = validation.path("state").asText();
    lines.add(
        (isMet(validation) ? "met" : state.equals("unmet") ? "NOT MET" : "NOT ANSWERED")
            + ": "
            + validation.path("summary").asText());
    Set<String> cures = new LinkedHashSet<>();
    for (JsonNode step : validation.path("steps")) {
      cures.add(step.path("cure").asText());
    }
    cures.remove("");
    cures.forEach(cure -> lines.add("  " + cure));
    return lines;
  }

  static boolean isMet(JsonNode validation) {
    return validation.path("state").asText().equals("met");
  }
}
