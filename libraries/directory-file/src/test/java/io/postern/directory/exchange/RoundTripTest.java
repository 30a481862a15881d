package io.postern.directory.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.directory.DirectoryFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connectors as Exchange would show them are imported as what they are. */
class RoundTripTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Random random = new Random(20_261_128);

  @Test
  void whatExchangeShowsOfOurConnectorsIsOurConnectors() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      List<Map<String, Object>> inbound = List.of(inbound("in " + i));
      List<Map<String, Object>> outbound = List.of(outbound("out " + i));
      if (inbound.getFirst().containsKey("efSkipIPs")) {
        outbound.getFirst().remove("routeAllMessagesViaOnPremises"); // the rules refuse them
        inbound.getFirst().remove("treatMessagesAsInternal");
        inbound.getFirst().remove("cloudServicesMailEnabled");
      }
      List<DirectoryObject> ours =
          parsed(
              DirectoryYaml.yaml(
                  Map.of(
                      "id", "contoso",
                      "inboundConnectors", inbound,
                      "outboundConnectors", outbound)));
      List<Map<String, @Nullable Object>> shown = new ArrayList<>();
      for (DirectoryObject object : ours) {
        if (object.hasInboundConnector()) {
          shown.add(exchange(object.getInboundConnector()));
        } else if (object.hasOutboundConnector()) {
          shown.add(exchange(object.getOutboundConnector()));
        }
      }
      ExchangeImport imported =
          ExchangeImport.of(
              "contoso",
              ExchangeFile.read(JSON.writeValueAsBytes(shown)),
              Map.of(),
              Set.of("contoso.com"));
      assertThat(parsed(DirectoryYaml.yaml(imported.organization())))
          .as("round %d of seed 20261128: %s", i, shown)
          .isEqualTo(ours);
    }
  }

  private static List<DirectoryObject> parsed(String yaml) {
    DirectoryFile file = DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
    assertThat(file.problems()).as(yaml).isEmpty();
    return file.objects();
  }

  private boolean chance() {
    return random.nextBoolean();
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** As the rules take them: what they refuse is converted, and is another test's. */
  private Map<String, Object> inbound(String name) {
    Map<String, Object> c = new LinkedHashMap<>();
    boolean partner = chance();
    c.put("name", name);
    c.put("connectorType", partner ? "partner" : "onPremises");
    c.put("enabled", chance());
    if (chance()) {
      c.put("comment", "it's \"so\"");
    }
    c.put("senderDomains", List.of(partner ? one(List.of("*", "*.x.example", "y.example")) : "*"));
    boolean certificate = chance();
    if (certificate) {
      c.put("tlsSenderCertificateName", partner ? "*.x.example" : "mail.contoso.com");
      c.put("requireTls", true);
      if (partner) {
        c.put("restrictDomainsToCertificate", chance());
      } else {
        c.put("cloudServicesMailEnabled", chance());
      }
    } else {
      c.put("requireTls", chance());
      c.put("senderIPAddresses", List.of("192.0.2.1", "198.51.100.0/24"));
      if (partner) {
        c.put("restrictDomainsToIPAddresses", true);
      } else {
        c.put("treatMessagesAsInternal", chance());
      }
    }
    if (chance()) {
      c.put("associatedAcceptedDomains", List.of("contoso.com"));
    }
    if (chance()) {
      c.put("efSkipIPs", List.of("203.0.113.0/24", "198.51.100.1-198.51.100.9"));
      c.put("efUsers", List.of("ann@contoso.com"));
    }
    return c;
  }

  private Map<String, Object> outbound(String name) {
    Map<String, Object> c = new LinkedHashMap<>();
    boolean partner = chance();
    c.put("name", name);
    c.put("connectorType", partner ? "partner" : "onPremises");
    c.put("enabled", chance());
    c.put("recipientDomains", List.of(one(List.of("*", "*.x.example", "y.example"))));
    boolean mx = partner && chance();
    c.put("useMXRecord", mx);
    if (!mx) {
      c.put("smartHosts", List.of("mail.x.example", "192.0.2.9"));
    }
    String level = one(List.of("", "encryptionOnly", "certificateValidation", "domainValidation"));
    if (!level.isEmpty()) {
      c.put("tlsSettings", level);
    }
    if (level.equals("domainValidation")) {
      c.put("tlsDomain", "*.x.example");
    }
    if (chance()) {
      c.put("smtpDaneMode", one(List.of("none", "opportunistic", "mandatory")));
      c.put("mtaStsMode", one(List.of("none", "opportunistic")));
    }
    if (!partner) {
      c.put("routeAllMessagesViaOnPremises", chance());
      c.put("cloudServicesMailEnabled", chance());
    }
    return c;
  }

  private static List<String> spaces(List<String> domains) {
    return domains.stream().map(domain -> "smtp:" + domain + ";1").toList();
  }

  private static Map<String, @Nullable Object> exchange(InboundConnector c) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("Name", c.getName());
    shown.put("ConnectorType", c.getConnectorTypeValue() == 1 ? "Partner" : "OnPremises");
    shown.put("Enabled", c.getEnabled());
    shown.put("Comment", c.getComment());
    shown.put("SenderDomains", spaces(c.getSenderDomainsList()));
    shown.put("SenderIPAddresses", c.getSenderIpAddressesList());
    shown.put("RequireTls", c.getRequireTls());
    shown.put(
        "TlsSenderCertificateName",
        c.getTlsSenderCertificateName().isEmpty() ? null : c.getTlsSenderCertificateName());
    shown.put("RestrictDomainsToCertificate", c.getRestrictDomainsToCertificate());
    shown.put("RestrictDomainsToIPAddresses", c.getRestrictDomainsToIpAddresses());
    shown.put("AssociatedAcceptedDomains", c.getAssociatedAcceptedDomainsList());
    shown.put("TreatMessagesAsInternal", c.getTreatMessagesAsInternal());
    shown.put("CloudServicesMailEnabled", c.getCloudServicesMailEnabled());
    shown.put("EFSkipLastIP", c.getEfSkipLastIp());
    shown.put("EFSkipIPs", c.getEfSkipIpsList());
    shown.put("EFUsers", c.getEfUsersList());
    shown.put("ConnectorSource", "Default");
    return shown;
  }

  private static Map<String, @Nullable Object> exchange(OutboundConnector c) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("Name", c.getName());
    shown.put("ConnectorType", c.getConnectorTypeValue() == 1 ? "Partner" : "OnPremises");
    shown.put("Enabled", c.getEnabled());
    shown.put("Comment", c.getComment());
    shown.put("RecipientDomains", c.getRecipientDomainsList());
    shown.put("UseMXRecord", c.getUseMxRecord());
    shown.put("SmartHosts", c.getSmartHostsList().stream().map(h -> h.getHost()).toList());
    shown.put(
        "TlsSettings",
        switch (c.getTlsSettings()) {
          case ENCRYPTION_ONLY -> "EncryptionOnly";
          case CERTIFICATE_VALIDATION -> "CertificateValidation";
          case DOMAIN_VALIDATION -> "DomainValidation";
          default -> null;
        });
    shown.put("TlsDomain", c.getTlsDomain().isEmpty() ? null : c.getTlsDomain());
    shown.put("AllAcceptedDomains", c.getAllAcceptedDomains());
    shown.put("RouteAllMessagesViaOnPremises", c.getRouteAllMessagesViaOnPremises());
    shown.put("CloudServicesMailEnabled", c.getCloudServicesMailEnabled());
    shown.put("SenderRewritingEnabled", c.getSenderRewritingEnabled());
    shown.put("IsTransportRuleScoped", false);
    shown.put("TestMode", false);
    shown.put(
        "SmtpDaneMode",
        switch (c.getSmtpDaneMode()) {
          case DANE_NONE -> "None";
          case DANE_OPPORTUNISTIC -> "Opportunistic";
          case DANE_MANDATORY -> "Mandatory";
          default -> null;
        });
    shown.put(
        "MtaStsMode",
        switch (c.getMtaStsMode()) {
          case MTA_STS_NONE -> "None";
          case MTA_STS_OPPORTUNISTIC -> "Opportunistic";
          default -> null;
        });
    return shown;
  }
}
