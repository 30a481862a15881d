package io.postern.operator.commands.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The records of one refusal in lines for people: the first, and the counts behind it. Pure. */
final class RefusalText {
  private RefusalText() {}

  static List<String> lines(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    for (JsonNode refusal : answer.path("refusals")) {
      JsonNode session = refusal.path("session");
      if (refusal.path("count").asLong(1) > 1) {
        lines.add(
            refusal.path("at").asText() + "  " + refusal.path("count").asLong() + " more times");
        continue;
      }
      lines.add(
          "%s  refused %s at %s: from <%s> to %s, by %s"
              .formatted(
                  refusal.path("at").asText(),
                  refusal.path("reference").asText(),
                  refusal.path("command").asText("the session"),
                  refusal.path("from").asText(),
                  refusal.path("to").asText("no recipient yet"),
                  session.path("clientIp").asText()));
      lines.add(
          "  reply %s %s %s"
              .formatted(
                  refusal.path("code").asText(),
                  refusal.path("enhancedCode").asText(),
                  refusal.path("text").asText()));
      lines.add(
          "  rule %s%s%s"
              .formatted(
                  refusal.path("rule").asText(),
                  refusal.has("connector")
                      ? " of connector " + refusal.path("connector").asText()
                      : "",
                  refusal.has("organization")
                      ? " of " + refusal.path("organization").asText()
                      : ""));
      LifeText.because(refusal.path("why")).forEach(line -> lines.add("  " + line));
      if (refusal.has("reported")) {
        lines.add("  " + LifeText.reported(refusal.path("reported")));
      }
    }
    return lines;
  }
}
