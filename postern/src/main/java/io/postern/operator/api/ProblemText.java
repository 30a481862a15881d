package io.postern.operator.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** A service's {@code application/problem+json} (RFC 9457) as lines for people. Pure. */
public final class ProblemText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProblemText() {}

  /** The detail, and below it each fault with its cure; a body that is no problem as it is. */
  public static String of(String body) {
    JsonNode problem;
    try {
      problem = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return body;
    }
    return problem.hasNonNull("detail") ? of(problem) : body;
  }

  /** The same of a problem that was read. */
  public static String of(JsonNode problem) {
    StringBuilder text = new StringBuilder(problem.path("detail").asText());
    faults(problem).forEach(fault -> text.append("\n    ").append(fault));
    return text.toString();
  }

  /** Each fault with its place and its cure. */
  public static List<String> faults(JsonNode problem) {
    List<String> lines = new ArrayList<>();
    for (JsonNode fault : problem.path("errors")) {
      int line = fault.path("line").asInt(0);
      String cure = fault.path("cure").asText("");
      String place =
          (fault.path("object").asText("") + " " + fault.path("pointer").asText("")).strip();
      lines.add(
          (line > 0 ? "line " + line + ": " : "")
              + (place.isEmpty() ? "" : place + ": ")
              + fault.path("problem").asText()
              + (cure.isEmpty() ? "" : "; " + cure));
    }
    return lines;
  }
}
