package io.postern.console.web.partners;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Values;
import io.postern.directory.ConnectorInShort;
import io.postern.directory.ConnectorInShort.Phrase;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A connector or routing rule in short, in the reader's language. Stateless. */
final class ConnectorText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ConnectorText() {}

  private static ConnectorInShort inShort(String direction, JsonNode object) {
    return ConnectorInShort.of(
        direction.equals(Connectors.INBOUND),
        JSON.convertValue(object, new TypeReference<Map<String, Object>>() {}));
  }

  /** A code: off, blocked, enforce, reportOnly. */
  static String mode(JsonNode object) {
    return inShort(Connectors.INBOUND, object).mode();
  }

  /** Whose mail an inbound connector takes, and where an outbound one or a rule sends what. */
  static String matches(Frame f, Connectors.Connector connector) {
    if (connector.isRule()) {
      return f.t("con.toConnector", connector.object().path("outboundConnector").asText());
    }
    return words(f, inShort(connector.direction(), connector.object()).matches());
  }

  /** The TLS that is demanded; the priority of a rule. */
  static String tls(Frame f, Connectors.Connector connector) {
    if (connector.isRule()) {
      return f.t("con.priority", f.number(connector.object().path("priority").asLong()));
    }
    ConnectorInShort inShort = inShort(connector.direction(), connector.object());
    if (!connector.direction().equals(Connectors.INBOUND)) {
      return Values.joined(" ", f.word("tlsSettings", inShort.level()), inShort.tlsDomain());
    }
    return inShort.demands().isEmpty()
        ? f.t("con.noTls")
        : inShort.demands().stream()
            .map(demand -> words(f, demand))
            .collect(Collectors.joining(", "));
  }

  private static String words(Frame f, Phrase phrase) {
    String key = "con." + phrase.code();
    List<String> values = phrase.values().stream().map(Values::some).toList();
    return switch (values.size()) {
      case 0 -> f.t(key);
      case 1 -> f.t(key, values.getFirst());
      default -> f.t(key, values.getFirst(), values.get(1));
    };
  }
}
