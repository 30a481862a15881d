package io.postern.policy.file;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads one connector of a directory file. Each field's default is Exchange's
 * (New-InboundConnector, New-OutboundConnector), but where none is documented or the standing one
 * would weaken TLS: said at the field.
 */
final class ConnectorReader {
  private static final RevocationMode REVOCATION = RevocationMode.REVOCATION_REQUIRED;

  private final Problems problems;
  private final String organization;

  ConnectorReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  DirectoryObject inbound(Node node) {
    Fields fields = Fields.of(node, problems, "", "");
    InboundConnector.Builder connector =
        InboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(fields.required("name", "From Fabrikam"));
    fields.belongTo(
        DirectoryKeys.key(DirectoryObject.newBuilder().setInboundConnector(connector).build()));
    ConnectorType type = connectorType(fields);
    connector
        .setConnectorType(type)
        .setEnabled(fields.flag("enabled", true))
        .setComment(fields.text("comment"))
        .addAllSenderDomains(Domains.list(fields, "senderDomains"))
        .addAllSenderIpAddresses(fields.texts("senderIPAddresses"))
        // Exchange: a partner's mail is refused without TLS unless this says otherwise.
        .setRequireTls(fields.flag("requireTls", type == ConnectorType.PARTNER))
        .setTlsSenderCertificateName(domain(fields, "tlsSenderCertificateName"))
        .setRestrictDomainsToCertificate(fields.flag("restrictDomainsToCertificate", false))
        .setRestrictDomainsToIpAddresses(fields.flag("restrictDomainsToIPAddresses", false))
        .addAllAssociatedAcceptedDomains(Domains.list(fields, "associatedAcceptedDomains"))
        .setTreatMessagesAsInternal(fields.flag("treatMessagesAsInternal", false))
        .setRevocation(fields.word("revocation", Words.REVOCATION, REVOCATION))
        .setAnchors(anchors(fields, organization));
    fields.done();
    return DirectoryObject.newBuilder().setInboundConnector(connector).build();
  }

  DirectoryObject outbound(Node node) {
    Fields fields = Fields.of(node, problems, "", "");
    OutboundConnector.Builder connector =
        OutboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(fields.required("name", "To Fabrikam"));
    fields.belongTo(
        DirectoryKeys.key(DirectoryObject.newBuilder().setOutboundConnector(connector).build()));
    connector
        .setConnectorType(connectorType(fields))
        .setEnabled(fields.flag("enabled", true))
        .setComment(fields.text("comment"))
        .addAllRecipientDomains(Domains.list(fields, "recipientDomains"))
        .addAllSmartHosts(Hosts.list(fields, "smartHosts"))
        // Exchange's default is true and smart hosts need a false; here naming some is enough.
        .setUseMxRecord(fields.flag("useMXRecord", !fields.has("smartHosts")))
        .setTlsSettings(fields.word("tlsSettings", Words.TLS_SETTINGS, TlsLevel.OPPORTUNISTIC))
        .setTlsDomain(domain(fields, "tlsDomain"))
        .setAllAcceptedDomains(fields.flag("allAcceptedDomains", false))
        .setIsTransportRuleScoped(fields.flag("isTransportRuleScoped", false))
        .setTestMode(fields.flag("testMode", false))
        .setSmtpDaneMode(fields.word("smtpDaneMode", Words.DANE, DaneMode.DANE_NONE))
        .setMtaStsMode(fields.word("mtaStsMode", Words.MTA_STS, MtaStsMode.MTA_STS_NONE))
        .setRevocation(fields.word("revocation", Words.REVOCATION, REVOCATION))
        .setAnchors(anchors(fields, organization))
        .setAia(fields.flag("aia", false))
        .setClientCertificate(fields.text("clientCertificate"))
        .setMinimumTlsVersion(
            fields.word("minimumTlsVersion", Words.TLS_VERSION, TlsVersion.TLS_1_2))
        .setRequireForwardSecrecy(fields.flag("requireForwardSecrecy", false))
        .setRouteAllMessagesViaOnPremises(fields.flag("routeAllMessagesViaOnPremises", false));
    fields.done();
    return DirectoryObject.newBuilder().setOutboundConnector(connector).build();
  }

  /** The organization's own set by its name; without one the installation's default set. */
  static AnchorSetReference anchors(Fields fields, String organization) {
    String name = fields.text("trustAnchors");
    return name.isEmpty()
        ? AnchorSetReference.getDefaultInstance()
        : AnchorSetReference.newBuilder()
            .setId(DirectoryKeys.anchorSetId(organization, name))
            .build();
  }

  static String domain(Fields fields, String name) {
    return Domains.one(fields, name, fields.text(name));
  }

  private static ConnectorType connectorType(Fields fields) {
    if (!fields.has("connectorType")) {
      fields.problem(
          "connectorType",
          "connectorType is missing",
          "write connectorType: partner or onPremises");
    }
    return fields.word("connectorType", Words.CONNECTOR_TYPE, ConnectorType.PARTNER);
  }
}
