package io.postern.operator.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

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
    for (JsonNode fault : problem.path("errors")) {
      String place = fault.path("pointer").asText("");
      String cure = fault.path("cure").asText("");
      text.append("\n    ");
      if (fault.path("line").asInt(0) > 0) {
        text.append("line ").append(fault.path("line").asInt()).append(": ");
      }
      text.append(place).append(place.isEmpty() ? "" : ": ");
      text.append(fault.path("problem").asText());
      text.append(cure.isEmpty() ? "" : "; " + cure);
    }
    return text.toString();
  }
}
