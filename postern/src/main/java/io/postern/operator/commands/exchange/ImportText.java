package io.postern.operator.commands.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ProblemText;
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
    if (answer.has("errors")) {
      lines.add("the draft is NOT VALID:");
    }
    ProblemText.faults(answer).forEach(fault -> lines.add("  " + fault));
    answer.path("changes").forEach(change -> lines.addAll(ChangeText.lines(change)));
    for (JsonNode warning : answer.path("warnings")) {
      lines.add(
          "  WARNING "
              + warning.path("object").asText()
              + ": "
              + warning.path("warning").asText()
              + "; "
              + warning.path("cure").asText());
    }
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
