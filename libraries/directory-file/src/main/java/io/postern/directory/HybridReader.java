package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.names.DomainNames;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The reader of an organization's {@code hybrid} entry, which stands for the two connectors between
 * mailboxes here and Exchange servers on premises. Their values are those of Exchange's Hybrid
 * Configuration Wizard (docs/guides/hybrid.md); nothing but the file knows of the entry (decision
 * 54). The rules judge the connectors, and {@link Problems} names the entry's field in their
 * problems. One parse, one thread.
 */
final class HybridReader {
  static final String ENTRY = "hybrid";
  static final String INBOUND = "Inbound from on-premises";
  static final String OUTBOUND = "Outbound to on-premises";

  /** The fields as policy-service's README has them. */
  static final List<String> FIELDS =
      List.of(
          "onPremisesServers",
          "certificateName",
          "domains",
          "routeAllMessagesViaOnPremises",
          "clientCertificate",
          "trustAnchors");

  private static final String COMMENT = "made by the hybrid entry of a directory file";

  private final Problems problems;
  private final String organization;

  HybridReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  /**
   * The two connectors.
   *
   * @param accepted the organization's accepted domains
   */
  List<DirectoryObject> read(Node node, List<String> accepted) {
    Fields fields = Fields.of(node, problems, "", ENTRY + ".");
    fields.belongTo("organization/" + organization);
    String name = certificateName(fields);
    List<String> domains = domains(fields, accepted);
    InboundConnector.Builder inbound = inbound(name);
    OutboundConnector.Builder outbound = outbound(fields, name, domains);
    inbound.setAnchors(outbound.getAnchors());
    fields.done();
    DirectoryObject in = DirectoryObject.newBuilder().setInboundConnector(inbound).build();
    DirectoryObject out = DirectoryObject.newBuilder().setOutboundConnector(outbound).build();
    made(in, Map.of("tlsSenderCertificateName", "certificateName"));
    made(
        out,
        Map.of(
            "tlsDomain", "certificateName",
            "smartHosts", "onPremisesServers",
            "recipientDomains", "domains"));
    return List.of(in, out);
  }

  private void made(DirectoryObject connector, Map<String, String> fields) {
    problems.made(DirectoryKeys.key(connector), "organization/" + organization, ENTRY, fields);
  }

  private static String certificateName(Fields fields) {
    String name =
        Domains.one(
            fields, "certificateName", fields.required("certificateName", "mail.contoso.example"));
    if (name.startsWith("*.")) {
      // Exchange's trap: the wizard's wildcard takes in the mail of other gateways.
      fields.problem(
          "certificateName",
          "each host of "
              + name.substring(2)
              + " with a certificate, including a mail gateway, would be identified as the servers",
          "write the servers' own name, such as mail."
              + DomainNames.normal(name.substring(2))
              + ": a certificate for "
              + name
              + " has it too");
    }
    return name;
  }

  private static List<String> domains(Fields fields, List<String> accepted) {
    List<String> domains = Domains.list(fields, "domains");
    for (int i = 0; i < domains.size(); i++) {
      if (!accepted.contains(domains.get(i))) {
        fields.problem(
            "domains",
            i,
            domains.get(i) + " is not an accepted domain of the organization",
            "add it to acceptedDomains, or remove it");
      }
    }
    if (fields.has("domains") && domains.isEmpty()) {
      fields.problem("domains", "it names no domain", "omit it for all accepted domains");
    } else if (accepted.isEmpty()) {
      fields.problem(
          "domains", "the organization has no accepted domain", "write acceptedDomains first");
    }
    return fields.has("domains") ? domains : accepted;
  }

  private InboundConnector.Builder inbound(String certificateName) {
    return InboundConnector.newBuilder()
        .setOrganization(organization)
        .setName(INBOUND)
        .setConnectorType(ConnectorType.ON_PREMISES)
        .setEnabled(true)
        .setComment(COMMENT)
        .addSenderDomains("*")
        .setRequireTls(true)
        .setTlsSenderCertificateName(certificateName)
        .setCloudServicesMailEnabled(true)
        .setRevocation(RevocationMode.REVOCATION_REQUIRED);
  }

  private OutboundConnector.Builder outbound(
      Fields fields, String certificateName, List<String> domains) {
    OutboundConnector.Builder outbound =
        OutboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(OUTBOUND)
            .setConnectorType(ConnectorType.ON_PREMISES)
            .setEnabled(true)
            .setComment(COMMENT)
            .addAllRecipientDomains(domains)
            .setUseMxRecord(false)
            .addAllSmartHosts(Hosts.list(fields, "onPremisesServers"))
            .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
            .setTlsDomain(certificateName)
            .setMinimumTlsVersion(TlsVersion.TLS_1_2)
            .setRouteAllMessagesViaOnPremises(fields.flag("routeAllMessagesViaOnPremises", false))
            .setClientCertificate(fields.text("clientCertificate"))
            .setCloudServicesMailEnabled(true)
            .setAnchors(ObjectReader.anchors(fields, "trustAnchors", organization))
            .setRevocation(RevocationMode.REVOCATION_REQUIRED);
    if (outbound.getSmartHostsCount() == 0) {
      fields.problem(
          "onPremisesServers",
          "the entry names no server",
          "write onPremisesServers: [mail.contoso.example], with the servers that receive mail for "
              + "the organization");
    }
    return outbound;
  }
}
