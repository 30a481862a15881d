package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ChangeText;
import java.util.ArrayList;
import java.util.List;

/** A watched session in lines for people. Pure. */
final class SessionText {
  private SessionText() {}

  static List<String> lines(JsonNode session) {
    List<String> lines = new ArrayList<>();
    boolean accepted = isAccepted(session);
    long count = session.path("count").asLong(1);
    lines.add(
        "%s  %s%s  from %s%s, TLS %s%s"
            .formatted(
                session.path("at").asText(),
                accepted ? "accepted" : "NOT ACCEPTED (" + session.path("result").asText() + ")",
                count > 1 ? ", " + count + " times" : "",
                session.path("clientIp").asText(),
                in(session, "greeting", " (", ")"),
                session.path("tls").asText(),
                session.has("certificateNames")
                    ? ", certificate " + ChangeText.value(session.path("certificateNames"))
                    : ", no certificate"));
    lines.add(
        "  claims    "
            + ChangeText.value(session.path("claims"))
            + in(session, "senderDomain", "; sender ", "")
            + (session.has("recipientDomains")
                ? "; to " + ChangeText.value(session.path("recipientDomains"))
                : ""));
    lines.add(
        "  decided   "
            + (session.path("connector").asText().isEmpty()
                ? "by no connector"
                : "by connector " + session.path("connector").asText())
            + in(session, "rule", ", rule ", "")
            + in(session, "verdict", ", certificate chain ", "")
            + in(session, "queueId", ", queue id ", "")
            + in(session, "reference", ", reference ", ""));
    if (!accepted && session.has("text")) {
      lines.add("  reply     " + in(session, "code", "", " ") + session.path("text").asText());
    }
    session.path("conditions").forEach(condition -> lines.add("  " + condition(condition)));
    return lines;
  }

  private static String condition(JsonNode condition) {
    boolean met = condition.path("met").asBoolean();
    boolean unknown = condition.path("state").asText().equals("unknown");
    String values =
        condition.has("expected")
            ? "expected "
                + condition.path("expected").asText()
                + in(condition, "actual", ", actual ", "")
            : condition.path("detail").asText();
    return "%-8s  %s %s: %s"
        .formatted(
            met ? "met" : unknown ? "unknown" : "NOT MET",
            condition.path("connector").asText(),
            condition.path("parameter").asText(),
            values);
  }

  static boolean isAccepted(JsonNode session) {
    return session.path("result").asText().equals("accepted");
  }

  private static String in(JsonNode node, String field, String before, String after) {
    String text = node.path(field).asText("");
    return text.isEmpty() ? "" : before + text + after;
  }
}
