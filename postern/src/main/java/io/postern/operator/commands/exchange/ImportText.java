package io.postern.operator.commands.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ChangeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An import from Exchange in lines for people. Pure. */
final class ImportText {
  private static final Map<String, String> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("taken", "imported");
    GROUPS.put("different", "imported with changes");
    GROUPS.put("notTaken", "NOT TAKEN OVER");
    GROUPS.put("unknown", "NOT KNOWN to this version, not imported");
  }

  private ImportText() {}

  static List<String> lines(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    GROUPS.forEach((taken, title) -> group(lines, answer.path("findings"), taken, title));
    if (!answer.path("problems").isEmpty()) {
      lines.add("the draft is NOT VALID:");
    }
    for (JsonNode problem : answer.path("problems")) {
      int line = problem.path("line").asInt(0);
      String cure = problem.path("cure").asText();
      lines.add(
          "  "
              + (line > 0 ? "line " + line + ": " : "")
              + problem.path("object").asText()
              + " "
              + problem.path("field").asText()
              + ": "
              + problem.path("problem").asText()
              + (cure.isEmpty() ? "" : "; " + cure));
    }
    answer.path("changes").forEach(change -> lines.addAll(ChangeText.lines(change)));
    return lines;
  }

  private static void group(List<String> lines, JsonNode findings, String taken, String title) {
    List<String> own = new ArrayList<>();
    for (JsonNode finding : findings) {
      if (finding.path("taken").asText().equals(taken)) {
        String remark = finding.path("remark").asText();
        own.add(
            "  %s %s: %s%s"
                .formatted(
                    finding.path("object").asText(),
                    finding.path("parameter").asText(),
                    finding.path("value").asText(),
                    remark.isEmpty() ? "" : " (" + remark + ")"));
      }
    }
    if (!own.isEmpty()) {
      lines.add(title + ", " + own.size() + ":");
      lines.addAll(own);
    }
  }
}
