package io.postern.operator.commands.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The result of a comparison for people, partner by partner, and as a table. Pure. */
final class WhatIfText {
  private static final List<String> COLUMNS =
      List.of("organization", "partner", "kind", "before", "after", "rule", "recipients", "sample");

  private WhatIfText() {}

  /** Mail would be refused or held that is not now. */
  static boolean keepsMailBack(JsonNode result) {
    for (JsonNode difference : result.path("differences")) {
      String kind = difference.path("kind").asText();
      if (kind.equals("acceptedToRefused") || kind.equals("deliveredToHeld")) {
        return true;
      }
    }
    return false;
  }

  static List<String> lines(JsonNode result) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d recipients of %d messages and %d refusals since %s, with the draft and without it (directory version %d)"
            .formatted(
                result.path("decided").asLong(),
                result.path("messages").asLong(),
                result.path("refusals").asLong(),
                result.path("since").asText(),
                result.path("directoryVersion").asLong()));
    byPartner(result).forEach((partner, its) -> partner(lines, partner, its));
    if (result.path("differences").isEmpty()) {
      lines.add("no difference");
    }
    for (JsonNode unknown : result.path("cannotBeKnown")) {
      lines.add(
          "unknown for %s: %s"
              .formatted(
                  recipients(unknown.path("count").asLong()), unknown.path("reason").asText()));
    }
    return lines;
  }

  static TextTable table(JsonNode result) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode difference : result.path("differences")) {
      rows.add(
          List.of(
              difference.path("organization").asText(),
              difference.path("partner").asText(),
              difference.path("kind").asText(),
              difference.path("before").asText(),
              difference.path("after").asText(),
              difference.path("rule").asText(),
              difference.path("count").asText(),
              difference.path("samples").path(0).path("id").asText()));
    }
    return new TextTable(COLUMNS, rows);
  }

  /** Those with the most mail first, as the service has them. */
  private static Map<String, List<JsonNode>> byPartner(JsonNode result) {
    Map<String, List<JsonNode>> partners = new LinkedHashMap<>();
    for (JsonNode difference : result.path("differences")) {
      String partner =
          difference.path("partner").asText()
              + ", organization "
              + difference.path("organization").asText();
      partners.computeIfAbsent(partner, name -> new ArrayList<>()).add(difference);
    }
    return partners;
  }

  private static void partner(List<String> lines, String partner, List<JsonNode> differences) {
    lines.add(partner);
    for (JsonNode difference : differences) {
      lines.add(
          "  %s: %s, connector before: %s, with the draft: %s%s"
              .formatted(
                  words(difference.path("kind").asText()),
                  recipients(difference.path("count").asLong()),
                  connector(difference.path("before")),
                  connector(difference.path("after")),
                  difference.path("rule").asText().isEmpty()
                      ? ""
                      : ", " + difference.path("rule").asText()));
      for (JsonNode sample : difference.path("samples")) {
        lines.add(
            "    %s  %s  from %s to %s"
                .formatted(
                    sample.path("at").asText(),
                    sample.path("id").asText(),
                    domain(sample.path("senderDomain")),
                    domain(sample.path("recipientDomain"))));
      }
    }
  }

  private static String recipients(long count) {
    return count == 1 ? "1 recipient" : count + " recipients";
  }

  private static String connector(JsonNode name) {
    return name.asText().isEmpty() ? "none" : name.asText();
  }

  private static String domain(JsonNode name) {
    return name.asText().isEmpty() ? "<>" : name.asText();
  }

  private static String words(String kind) {
    return switch (kind) {
      case "acceptedToRefused" -> "NEWLY REFUSED";
      case "deliveredToHeld" -> "NEWLY HELD";
      case "refusedToAccepted" -> "accepted";
      case "heldToDelivered" -> "no longer held";
      case "otherRefusal" -> "refused differently";
      case "otherConnector" -> "accepted differently";
      case "otherWay" -> "routed differently";
      case "requirementRaised" -> "TLS requirement raised";
      case "requirementLowered" -> "TLS requirement lowered";
      default -> kind; // of a newer service
    };
  }
}
