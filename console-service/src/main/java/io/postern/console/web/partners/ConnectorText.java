package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.Values;
import java.util.ArrayList;
import java.util.List;

/** A connector in short, as the command line says it. Stateless. */
final class ConnectorText {
  private ConnectorText() {}

  /** A code: off, blocked, enforce, reportOnly. */
  static String mode(JsonNode object) {
    if (!object.path("enabled").asBoolean(true)) {
      return "off";
    }
    return object.path("blocked").asBoolean() ? "blocked" : object.path("mode").asText("enforce");
  }

  /** Whose mail an inbound connector takes, and where an outbound one sends what. */
  static String matches(Frame f, Connectors.Connector connector) {
    JsonNode object = connector.object();
    if (connector.direction().equals(Connectors.INBOUND)) {
      JsonNode domains = object.path("senderDomains");
      return domains.isEmpty() ? f.t("con.ownServers") : f.t("con.from", Values.some(domains));
    }
    String domains =
        object.path("allAcceptedDomains").asBoolean()
            ? f.t("con.acceptedDomains")
            : Values.some(object.path("recipientDomains"));
    JsonNode hosts = object.path("smartHosts");
    return f.t("con.toBy", domains, hosts.isEmpty() ? "MX" : Values.some(hosts));
  }

  /** The TLS that is demanded. */
  static String tls(Frame f, Connectors.Connector connector) {
    return connector.direction().equals(Connectors.INBOUND)
        ? proof(f, connector.object())
        : level(f, connector.object());
  }

  static String proof(Frame f, JsonNode object) {
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
      proofs.add(f.t("con.certificate", name));
    }
    JsonNode addresses = object.path("senderIPAddresses");
    if (!addresses.isEmpty()) {
      boolean demanded = own || object.path("restrictDomainsToIPAddresses").asBoolean();
      proofs.add(f.t(demanded ? "con.address" : "con.addressOnly", Values.some(addresses)));
    }
    return proofs.isEmpty() ? f.t("con.noTls") : String.join(", ", proofs);
  }

  static String level(Frame f, JsonNode object) {
    String level = object.path("tlsSettings").asText("");
    return Values.joined(
        " ",
        f.word("tlsSettings", level.isEmpty() ? "opportunistic" : level),
        object.path("tlsDomain").asText(""));
  }
}
