package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ConnectorsClient.Connector;
import java.util.ArrayList;
import java.util.List;

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

  private ConnectorSummary() {}

  static List<String> row(Connector connector) {
    JsonNode object = connector.object();
    boolean inbound = connector.direction().equals("inbound");
    JsonNode warnings = connector.warnings();
    return List.of(
        connector.organization(),
        connector.direction(),
        connector.name(),
        object.path("connectorType").asText(),
        mode(object),
        inbound ? senders(object) : recipients(object),
        inbound ? proof(object) : level(object),
        warnings.isEmpty() ? "" : Integer.toString(warnings.size()));
  }

  private static String mode(JsonNode object) {
    if (!object.path("enabled").asBoolean(true)) {
      return "disabled";
    }
    return object.path("blocked").asBoolean() ? "blocked" : object.path("mode").asText("enforce");
  }

  private static String senders(JsonNode object) {
    JsonNode domains = object.path("senderDomains");
    return domains.isEmpty() ? "own servers" : "from " + listed(domains);
  }

  private static String recipients(JsonNode object) {
    String domains =
        object.path("allAcceptedDomains").asBoolean()
            ? "accepted domains"
            : listed(object.path("recipientDomains"));
    JsonNode hosts = object.path("smartHosts");
    return "to " + domains + " by " + (hosts.isEmpty() ? "MX" : listed(hosts));
  }

  private static String proof(JsonNode object) {
    List<String> proofs = new ArrayList<>();
    if (object.path("requireTls").asBoolean()) {
      proofs.add("TLS");
    }
    String name = object.path("tlsSenderCertificateName").asText("");
    boolean own = object.path("connectorType").asText().equals("onPremises");
    if (!name.isEmpty()
        && (own
            || object.path("restrictDomainsToCertificate").asBoolean()
            || object.path("restrictDomainsToIPAddresses").asBoolean())) {
      proofs.add("certificate " + name);
    }
    JsonNode addresses = object.path("senderIPAddresses");
    if (!addresses.isEmpty()) {
      boolean demanded = own || object.path("restrictDomainsToIPAddresses").asBoolean();
      proofs.add((demanded ? "address " : "only for clients at ") + listed(addresses));
    }
    return String.join(", ", proofs);
  }

  private static String level(JsonNode object) {
    String level = object.path("tlsSettings").asText("opportunistic");
    String name = object.path("tlsDomain").asText("");
    return name.isEmpty() ? level : level + " " + name;
  }

  private static String listed(JsonNode items) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < Math.min(MOST, items.size()); i++) {
      shown.add(ChangeText.value(items.get(i)));
    }
    return String.join(", ", shown)
        + (items.size() > MOST ? " and " + (items.size() - MOST) + " more" : "");
  }
}
