package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ChangeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A partner, a plan and its end in lines for people. Pure. */
final class PartnerText {
  private PartnerText() {}

  /** Its mail hosts and servers, as they showed themselves. */
  static List<String> look(JsonNode partner) {
    List<String> lines = new ArrayList<>();
    lines.add(partner.path("domain").asText() + ": mail hosts, as presented to any client");
    for (JsonNode host : partner.path("hosts")) {
      lines.add(
          "  %s [%s]  %s"
              .formatted(
                  host.path("host").asText(),
                  host.path("address").asText(),
                  host.has("tls") ? "TLS " + host.path("tls").asText() : "NO TLS"));
      add(lines, "names", ChangeText.value(host.path("certificateNames")));
      add(lines, "chain", host.path("verdict").asText());
      add(lines, "DANE", host.path("dane").asText());
      add(lines, "MTA-STS", host.path("mtaSts").asText());
      add(lines, "failure", host.path("failure").asText());
    }
    lines.add("servers that authenticated to one of your connectors");
    for (JsonNode seen : partner.path("seen")) {
      lines.add(
          "  %s  by %s, TLS %s, last %s"
              .formatted(
                  seen.path("peer").asText(),
                  seen.path("connector").asText(),
                  seen.path("tls").asText(),
                  seen.path("lastSeen").asText()));
    }
    if (partner.path("seen").isEmpty()) {
      lines.add("  none");
    }
    partner.path("remarks").forEach(remark -> lines.add(remark.asText()));
    if (partner.has("made")) {
      lines.add("created earlier, and replaced: " + ChangeText.value(partner.path("made")));
    }
    return lines;
  }

  private static void add(List<String> lines, String label, String text) {
    if (!text.isEmpty() && !text.equals("-")) {
      lines.add("    %-8s  %s".formatted(label, text));
    }
  }

  /** The connectors, and the warnings about them. */
  static List<String> plan(JsonNode plan) {
    List<String> lines = connectors("plan: ", plan);
    plan.path("warnings").forEach(warning -> lines.add("WARNING  " + warning.asText()));
    return lines;
  }

  /** The connectors that were made for a partner. */
  static List<String> made(JsonNode pair) {
    return connectors("created: ", pair);
  }

  private static List<String> connectors(String label, JsonNode pair) {
    List<String> lines = new ArrayList<>();
    for (String direction : List.of("inbound", "outbound")) {
      for (JsonNode connector : pair.path("connectors").path(direction + "Connectors")) {
        lines.add(label + direction + " connector");
        for (Map.Entry<String, JsonNode> field : connector.properties()) {
          String value = ChangeText.value(field.getValue());
          if (!value.equals("false")) {
            lines.add("  " + field.getKey() + ": " + value);
          }
        }
      }
    }
    return lines;
  }

  /** Whether it is in force, and why not. */
  static List<String> end(JsonNode secured, boolean reportOnly) {
    List<String> lines = new ArrayList<>();
    if (secured.path("enforced").asBoolean()) {
      lines.add(
          "postern: "
              + (reportOnly
                  ? "both connectors only report: they refuse nothing and delay nothing"
                  : "forced TLS is in force")
              + (secured.has("version") ? ", version " + secured.path("version").asLong() : ""));
    } else {
      lines.add("NOT IN FORCE, and nothing was changed");
      lines.add(
          "  ask the partner to fix it; or use --mode reportOnly, which refuses nothing and delays "
              + "nothing; or use --even-if-unmet: mail to the partner then stays in the queue until "
              + "it is fixed");
    }
    return lines;
  }
}
