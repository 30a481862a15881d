package io.postern.operator.commands.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ExplainClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An explanation of policy-service, as all commands print it. Stateless. */
public final class PrintedExplanation {
  private static final Set<String> DOES_NOT_ARRIVE = Set.of("refuse", "hold", "fail");

  private PrintedExplanation() {}

  /**
   * Prints the service's sentences, or its answer as JSON.
   *
   * @param mail as {@code POST /api/v1/explain} takes it
   */
  public static void print(
      OutputOption<JsonNode> output, ExplainClient explain, Map<String, ?> mail)
      throws IOException, InterruptedException {
    if (output.isJson()) {
      output.print(explain.answer(mail), List::of);
    } else {
      String sentences = explain.sentences(mail);
      output.show(sentences.lines().toList());
    }
  }

  /** Whether the connectors of today refuse a recipient, or hold or fail its delivery. */
  static boolean keepsMailBack(JsonNode answer) {
    for (JsonNode recipient : answer.path("recipients")) {
      for (JsonNode decision : recipient.path("now")) { // in, incoming, out
        if (DOES_NOT_ARRIVE.contains(decision.path("result").asText())) {
          return true;
        }
      }
    }
    return false;
  }
}
