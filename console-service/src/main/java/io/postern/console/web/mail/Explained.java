package io.postern.console.web.mail;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/**
 * What policy-service explains: a mail as it was decided then, and as today's connectors decide it.
 * Immutable.
 *
 * @param version of the directory
 * @param notes what is not certain
 */
public record Explained(
    String version, List<Timeline.Fact> facts, List<Recipient> recipients, List<String> notes) {
  public Explained {
    facts = List.copyOf(facts);
    recipients = List.copyOf(recipients);
    notes = List.copyOf(notes);
  }

  /**
   * @param then empty: it is not recorded
   * @param leftOut connectors that are not listed; 0: none
   */
  public record Recipient(
      String address,
      List<Decided> now,
      List<Decided> then,
      boolean differs,
      List<String> differences,
      List<Connector> connectors,
      long leftOut) {
    public Recipient {
      now = List.copyOf(now);
      then = List.copyOf(then);
      differences = List.copyOf(differences);
      connectors = List.copyOf(connectors);
    }
  }

  /**
   * A decision.
   *
   * @param part in, incoming, out
   */
  public record Decided(
      String part, String result, String tone, String connector, String link, String because) {}

  /** A connector, with each of its conditions. */
  public record Connector(
      String organization,
      String name,
      boolean inbound,
      String link,
      String effect,
      String tone,
      List<Condition> conditions) {
    public Connector {
      conditions = List.copyOf(conditions);
    }
  }

  /** A field of a connector: what it asks for, and what the mail has. */
  public record Condition(
      String parameter,
      String expected,
      String actual,
      String state,
      String tone,
      String sentence) {}

  static Explained of(JsonNode answer, Frame f) {
    JsonNode facts = answer.path("facts");
    List<Recipient> recipients = new ArrayList<>();
    for (JsonNode recipient : answer.path("recipients")) {
      recipients.add(
          new Recipient(
              recipient.path("recipient").asText(),
              decided(recipient.path("now")),
              decided(recipient.path("then")),
              recipient.path("differs").asBoolean(),
              texts(recipient.path("differences")),
              connectors(recipient.path("connectors")),
              recipient.path("connectorsLeftOut").asLong()));
    }
    return new Explained(
        answer.path("directoryVersion").asText(),
        new Facts(f)
            .time("recorded", answer.path("recorded").path("at").asText(""))
            .text("client", facts.path("clientIp").asText(""))
            .text("tls", f.t(facts.path("tls").asBoolean() ? "tls.yes" : "tls.none"))
            .text(
                "names",
                facts.path("certificateNames").isEmpty()
                    ? f.t("explain.nocertificate")
                    : String.join(", ", texts(facts.path("certificateNames"))))
            .text("domain", facts.path("mailFromDomain").asText(""))
            .list(),
        recipients,
        texts(answer.path("notes")));
  }

  private static List<Decided> decided(JsonNode decisions) {
    List<Decided> decided = new ArrayList<>();
    for (String part : List.of("in", "incoming", "out")) {
      JsonNode one = decisions.path(part);
      if (one.has("result")) {
        String connector = one.path("connector").asText("");
        String result = one.path("result").asText();
        decided.add(
            new Decided(
                part,
                result,
                switch (result) {
                  case "accept", "deliver" -> "good";
                  case "refuse", "fail" -> "bad";
                  default -> "wait";
                },
                connector,
                MailText.connector(
                    one.path("organization").asText(""), !part.equals("out"), connector),
                because(one)));
      }
    }
    return decided;
  }

  private static String because(JsonNode decision) {
    String reply =
        decision.has("code")
            ? decision.path("code").asText()
                + " "
                + decision.path("enhancedCode").asText("")
                + " "
                + decision.path("text").asText("")
                + " — "
            : "";
    return reply + decision.path("because").asText("");
  }

  private static List<Connector> connectors(JsonNode list) {
    List<Connector> connectors = new ArrayList<>();
    for (JsonNode one : list) {
      String organization = one.path("organization").asText("");
      String name = one.path("name").asText("");
      boolean inbound = one.path("inbound").asBoolean();
      String effect = one.path("effect").asText();
      List<Condition> conditions = new ArrayList<>();
      for (JsonNode condition : one.path("conditions")) {
        String state = condition.path("state").asText();
        conditions.add(
            new Condition(
                condition.path("parameter").asText(),
                condition.path("expected").asText(""),
                condition.path("actual").asText(""),
                state,
                switch (state) {
                  case "MET" -> "good";
                  case "NOT_MET" -> "bad";
                  case "UNKNOWN" -> "wait";
                  default -> "";
                },
                condition.path("sentence").asText("")));
      }
      connectors.add(
          new Connector(
              organization,
              name,
              inbound,
              MailText.connector(organization, inbound, name),
              effect,
              switch (effect) {
                case "TAKES" -> "good";
                case "REFUSES" -> "bad";
                default -> "";
              },
              conditions));
    }
    return connectors;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
