package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.fields.DirectoryFields;
import io.postern.names.DomainNames;
import java.util.List;
import java.util.Map;

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
  private static final String COMMENT = "made by the hybrid entry of a directory file";

  /** The entry's fields, by those of the connectors. */
  private static final Map<String, String> NAMES =
      Map.of(
          "tlsSenderCertificateName", "certificateName",
          "tlsDomain", "certificateName",
          "smartHosts", "onPremisesServers",
          "recipientDomains", "domains");

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
  List<DirectoryObject> read(Fields fields, List<String> accepted) {
    OutboundConnector.Builder outbound = outbound();
    ObjectReader reader = new ObjectReader(problems, organization);
    DirectoryFields.HYBRID.fields().forEach(field -> reader.read(field, fields, outbound));
    certificateName(outbound.getTlsDomain(), fields);
    domains(outbound.getRecipientDomainsList(), accepted, fields);
    if (!fields.has("domains")) {
      outbound.addAllRecipientDomains(accepted);
    }
    if (outbound.getSmartHostsCount() == 0) {
      fields.problem(
          "onPremisesServers",
          "the entry names no server",
          "write onPremisesServers: [mail.contoso.example], with the servers that receive mail for "
              + "the organization");
    }
    fields.done();
    InboundConnector.Builder inbound = inbound(outbound);
    return List.of(
        made(DirectoryObject.newBuilder().setInboundConnector(inbound).build()),
        made(DirectoryObject.newBuilder().setOutboundConnector(outbound).build()));
  }

  private DirectoryObject made(DirectoryObject connector) {
    problems.made(DirectoryKeys.key(connector), "organization/" + organization, ENTRY, NAMES);
    return connector;
  }

  private static void certificateName(String name, Fields fields) {
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
  }

  private static void domains(List<String> domains, List<String> accepted, Fields fields) {
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
  }

  private InboundConnector.Builder inbound(OutboundConnector.Builder outbound) {
    return InboundConnector.newBuilder()
        .setOrganization(organization)
        .setName(INBOUND)
        .setConnectorType(ConnectorType.ON_PREMISES)
        .setEnabled(true)
        .setComment(COMMENT)
        .addSenderDomains("*")
        .setRequireTls(true)
        .setTlsSenderCertificateName(outbound.getTlsDomain())
        .setCloudServicesMailEnabled(true)
        .setAnchors(outbound.getAnchors())
        .setRevocation(RevocationMode.REVOCATION_REQUIRED);
  }

  private OutboundConnector.Builder outbound() {
    return OutboundConnector.newBuilder()
        .setOrganization(organization)
        .setName(OUTBOUND)
        .setConnectorType(ConnectorType.ON_PREMISES)
        .setEnabled(true)
        .setComment(COMMENT)
        .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
        .setMinimumTlsVersion(TlsVersion.TLS_1_2)
        .setCloudServicesMailEnabled(true)
        .setRevocation(RevocationMode.REVOCATION_REQUIRED);
  }
}
