package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.directory.ConnectorInShort;
import io.postern.directory.ConnectorInShort.Phrase;
import io.postern.operator.api.ConnectorsClient.Connector;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A connector in short: a row of the list. Pure. */
final class ConnectorSummary {
  static final List<String> COLUMNS =
      List.of(
          "organization",
          "direction",
          "name",
          "type",
          "mode",
          "matches",
          "requirement",
          "warnings");

  private static final int MOST = 3;
  private static final ObjectMapper JSON = new ObjectMapper();
  static final Map<String, String> WORDS =
      Map.of(
          "ownServers", "own servers",
          "from", "from {0}",
          "toBy", "to {0} by {1}",
          "toAcceptedDomainsBy", "to accepted domains by {0}",
          "ofRulesBy", "mail of routing rules by {0}",
          "tls", "TLS",
          "certificate", "certificate {0}",
          "address", "address {0}",
          "addressOnly", "only for clients at {0}");

  private ConnectorSummary() {}

  static List<String> row(Connector connector) {
    boolean inbound = connector.direction().equals("inbound");
    ConnectorInShort inShort =
        ConnectorInShort.of(
            inbound,
            JSON.convertValue(connector.object(), new TypeReference<Map<String, Object>>() {}));
    JsonNode warnings = connector.warnings();
    return List.of(
        connector.organization(),
        connector.direction(),
        connector.name(),
        connector.object().path("connectorType").asText(),
        inShort.mode().equals("off") ? "disabled" : inShort.mode(),
        words(inShort.matches()),
        inbound
            ? inShort.demands().stream()
                .map(ConnectorSummary::words)
                .collect(Collectors.joining(", "))
            : (inShort.level() + " " + inShort.tlsDomain()).strip(),
        warnings.isEmpty() ? "" : Integer.toString(warnings.size()));
  }

  private static String words(Phrase phrase) {
    String words = WORDS.getOrDefault(phrase.code(), phrase.code());
    for (int i = 0; i < phrase.values().size(); i++) {
      words = words.replace("{" + i + "}", some(phrase.values().get(i)));
    }
    return words;
  }

  private static String some(List<String> items) {
    return String.join(", ", items.subList(0, Math.min(MOST, items.size())))
        + (items.size() > MOST ? " and " + (items.size() - MOST) + " more" : "");
  }
}
