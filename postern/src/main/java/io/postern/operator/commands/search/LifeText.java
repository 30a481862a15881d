package io.postern.operator.commands.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** A message's life in lines for people. Pure. */
final class LifeText {
  private final List<String> lines = new ArrayList<>();

  private LifeText() {}

  static List<String> lines(JsonNode life) {
    LifeText text = new LifeText();
    text.accepted(life.path("accepted"), life.path("queueId").asText());
    life.path("events").forEach(text::event);
    text.now(life.path("recipients"));
    return text.lines;
  }

  private void accepted(JsonNode accepted, String queueId) {
    JsonNode session = accepted.path("session");
    add(
        "%s  accepted as %s from <%s>, %d octets, by %s at %s"
            .formatted(
                accepted.path("at").asText(),
                queueId,
                accepted.path("from").asText(),
                accepted.path("size").asLong(),
                session.path("clientIp").asText("this installation"),
                session.path("listener").asText("no listener")));
    add("  " + tls("session", session.path("tls")));
    for (JsonNode group : accepted.path("connectors")) {
      add(
          "  %s for %s: %s"
              .formatted(
                  group.path("connector").asText("no connector").isEmpty()
                      ? "no connector"
                      : "inbound connector " + group.path("connector").asText("none"),
                  group.path("organization").asText(),
                  texts(group.path("recipients"))));
      why(group.path("why"));
      if (group.has("reported")) {
        add("    " + reported(group.path("reported")));
      }
    }
  }

  private void event(JsonNode event) {
    if (event.path("kind").asText().equals("left-out")) {
      add(
          event.path("at").asText()
              + "  further records are not listed here; `postern trace` lists all");
      return;
    }
    String attempt = event.has("attempt") ? " " + event.path("attempt").asInt() : "";
    String counts =
        event.path("counts").asBoolean(true)
            ? ""
            : " (ignored: " + event.path("worth").asText("skipped") + ")";
    add(event.path("at").asText() + "  " + event.path("kind").asText() + attempt + counts);
    if (event.has("decision")) {
      decision(event.path("decision"), event.path("recipients"));
    }
    if (event.has("detail")) {
      attempt(event.path("detail"));
    }
    if (event.has("control")) {
      JsonNode control = event.path("control");
      add("  " + control.path("kind").asText() + ", requested by " + control.path("by").asText());
    }
    if (!event.has("decision")) {
      event.path("recipients").forEach(this::part);
    }
  }

  private void decision(JsonNode decision, JsonNode recipients) {
    JsonNode requirement = decision.path("requirement");
    StringJoiner addresses = new StringJoiner(", ");
    recipients.forEach(each -> addresses.add(each.path("address").asText()));
    String connector = decision.path("connector").asText("");
    add(
        "  %s by %s to %s, requires %s%s"
            .formatted(
                addresses,
                connector.isEmpty() ? "no connector" : "outbound connector " + connector,
                decision.path("route").asText(),
                requirement.path("level").asText(),
                requirement.has("tlsDomain")
                    ? " of " + requirement.path("tlsDomain").asText()
                    : ""));
    why(decision.path("why"));
  }

  private void attempt(JsonNode attempt) {
    String host = attempt.path("host").asText("");
    if (!host.isEmpty()) {
      add("  at " + host + " [" + attempt.path("address").asText("") + "]");
    }
    if (attempt.has("token")) {
      add("  TLS result " + attempt.path("token").asText() + "; " + tls("", attempt.path("tls")));
    }
    if (attempt.has("reportedToken")) {
      add(
          "  report only: connector %s would have had TLS result %s"
              .formatted(
                  attempt.path("reportedConnector").asText(),
                  attempt.path("reportedToken").asText()));
    }
    if (attempt.has("verdict")) {
      add("  certificate " + attempt.path("verdict").asText());
      for (JsonNode certificate : attempt.path("evidence").path("path")) {
        add(
            "    %s: %s%s"
                .formatted(
                    certificate.path("subject").asText("a certificate that was not presented"),
                    certificate.path("revocation").asText("not checked"),
                    certificate.has("url")
                        ? ", by "
                            + certificate.path("url").asText()
                            + " of "
                            + certificate.path("thisUpdate").asText("an unknown time")
                        : ""));
      }
    }
  }

  private void part(JsonNode part) {
    StringBuilder line = new StringBuilder("  ").append(part.path("address").asText());
    append(line, " ", part.path("state"));
    append(line, ", ", part.path("reason"));
    append(line, ", reply: ", part.path("reply"));
    append(line, ": ", part.path("explanation"));
    add(line.toString());
  }

  private void now(JsonNode recipients) {
    for (JsonNode recipient : recipients) {
      StringBuilder line = new StringBuilder("now  ").append(recipient.path("address").asText());
      append(line, " ", recipient.path("state"));
      append(line, ", ", recipient.path("reason"));
      append(line, ", since ", recipient.path("since"));
      append(line, ", next attempt at ", recipient.path("nextAttempt"));
      add(line.toString());
    }
  }

  private void why(JsonNode why) {
    because(why).forEach(line -> add("    " + line));
  }

  /** The summary of a decision, and each thing that was looked at. */
  static List<String> because(JsonNode why) {
    List<String> lines = new ArrayList<>();
    if (why.has("summary")) {
      lines.add("because " + why.path("summary").asText());
    }
    for (JsonNode step : why.path("steps")) {
      lines.add(
          "%s %s: %s: %s"
              .formatted(
                  step.path("matched").asBoolean() ? "yes" : "no ",
                  step.path("subject").asText(),
                  step.path("condition").asText(),
                  step.path("detail").asText()));
    }
    return lines;
  }

  /** The decision of a connector in report-only mode. */
  static String reported(JsonNode reported) {
    String connector = reported.path("connector").asText("none");
    return reported.path("accepted").asBoolean()
        ? "report only: connector " + connector + " would have accepted it"
        : "report only: connector %s would have refused it by %s with %s %s"
            .formatted(
                connector,
                reported.path("rule").asText("unknown verdict"),
                reported.path("code").asText("no reply"),
                reported.path("enhancedCode").asText(""));
  }

  private static String tls(String what, JsonNode tls) {
    String name = what.isEmpty() ? "" : what + " ";
    return tls.isMissingNode()
        // Whoever reads it might believe otherwise of the message.
        ? name + "not encrypted"
        : "%sencrypted with %s %s%s"
            .formatted(
                name,
                tls.path("version").asText(),
                tls.path("cipherSuite").asText(),
                tls.has("peerSubject") ? ", certificate " + tls.path("peerSubject").asText() : "");
  }

  private static String texts(JsonNode list) {
    StringJoiner texts = new StringJoiner(", ");
    list.forEach(each -> texts.add(each.asText()));
    return texts.toString();
  }

  private static void append(StringBuilder line, String before, JsonNode value) {
    if (!value.isMissingNode() && !value.asText().isEmpty()) {
      line.append(before).append(value.asText());
    }
  }

  private void add(String line) {
    lines.add(line);
  }
}
