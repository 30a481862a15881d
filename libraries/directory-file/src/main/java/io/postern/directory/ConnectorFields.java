package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of a connector's fields, for reader, view and README, in the order in which they are
 * shown. Each standing value is Exchange's (New-InboundConnector, New-OutboundConnector); a comment
 * says where Exchange documents none or its value would weaken TLS. The name is first, since
 * problems of the others are reported with it; connectorType is second, since standing values
 * depend on it.
 */
final class ConnectorFields {
  private static final String FLAG = "`true`, `false`";
  private static final String PARTNER_ONLY = FLAG + "; `partner` only";
  private static final String ON_PREMISES_ONLY = FLAG + "; `onPremises` only";
  private static final String DOMAINS =
      "`example.com`, `\"*.example.com\"` (the domain and its subdomains), `\"*\"`; at most 500";
  private static final String ANCHORS = "name of a set of the organization";
  private static final String RATE =
      "1 to 1000000, of the clients that the connector identifies by certificate or address";
  private static final int MOST_RATE = 1_000_000;
  private static final RevocationMode REVOCATION = RevocationMode.REVOCATION_REQUIRED;

  static final List<ConnectorField<InboundConnector, InboundConnector.Builder>> INBOUND =
      List.of(
          new ConnectorField<>(
              "name",
              "1 to 64 characters, no `/`",
              "required",
              (fields, name, b) -> b.setName(fields.required(name, "From Fabrikam")),
              InboundConnector::getName),
          new ConnectorField<>(
              "connectorType",
              words(Words.CONNECTOR_TYPE),
              "required",
              (fields, name, b) -> b.setConnectorType(connectorType(fields, name)),
              c -> Words.CONNECTOR_TYPE.write(c.getConnectorType())),
          new ConnectorField<>(
              "enabled",
              FLAG,
              "true",
              (fields, name, b) -> b.setEnabled(fields.flag(name, true)),
              InboundConnector::getEnabled),
          new ConnectorField<>(
              "mode",
              words(Words.CONNECTOR_MODE) + "; `reportOnly` only decides and records",
              "enforce",
              (fields, name, b) -> b.setMode(mode(fields, name)),
              c -> mode(c.getMode())),
          new ConnectorField<>(
              "comment",
              "at most 1024 characters",
              "none",
              (fields, name, b) -> b.setComment(fields.text(name)),
              InboundConnector::getComment),
          new ConnectorField<>(
              "senderDomains",
              DOMAINS + "; `onPremises`: none, or `\"*\"`",
              "none; a `partner` needs one",
              (fields, name, b) -> b.addAllSenderDomains(Domains.list(fields, name)),
              InboundConnector::getSenderDomainsList),
          new ConnectorField<>(
              "senderIPAddresses",
              "address or CIDR block, `/24` to `/32` (IPv6: `/64` to `/128`); at most 500; a `partner` without a restriction is for these clients only",
              "none",
              (fields, name, b) -> b.addAllSenderIpAddresses(fields.texts(name)),
              InboundConnector::getSenderIpAddressesList),
          // Exchange: a partner's mail is refused without TLS unless this says otherwise.
          new ConnectorField<>(
              "requireTls",
              FLAG,
              "true for a `partner`, else false",
              (fields, name, b) ->
                  b.setRequireTls(fields.flag(name, b.getConnectorType() == ConnectorType.PARTNER)),
              InboundConnector::getRequireTls),
          new ConnectorField<>(
              "tlsSenderCertificateName",
              "a name in the certificate, `mail.example.com` or `\"*.example.com\"`",
              "none",
              (fields, name, b) -> b.setTlsSenderCertificateName(domain(fields, name)),
              InboundConnector::getTlsSenderCertificateName),
          new ConnectorField<>(
              "restrictDomainsToCertificate",
              PARTNER_ONLY,
              "false",
              (fields, name, b) -> b.setRestrictDomainsToCertificate(fields.flag(name, false)),
              InboundConnector::getRestrictDomainsToCertificate),
          new ConnectorField<>(
              "restrictDomainsToIPAddresses",
              PARTNER_ONLY,
              "false",
              (fields, name, b) -> b.setRestrictDomainsToIpAddresses(fields.flag(name, false)),
              InboundConnector::getRestrictDomainsToIpAddresses),
          new ConnectorField<>(
              "associatedAcceptedDomains",
              "accepted domains of the organization; at most 500",
              "all",
              (fields, name, b) -> b.addAllAssociatedAcceptedDomains(Domains.list(fields, name)),
              InboundConnector::getAssociatedAcceptedDomainsList),
          new ConnectorField<>(
              "efSkipLastIP",
              FLAG + "; not with `efSkipIPs`",
              "false",
              (fields, name, b) -> b.setEfSkipLastIp(fields.flag(name, false)),
              InboundConnector::getEfSkipLastIp),
          new ConnectorField<>(
              "efSkipIPs",
              "public addresses of a gateway: address, `192.0.2.1-192.0.2.9`, CIDR block from `/8`"
                  + " (IPv6: `/32`); at most 500",
              "none",
              (fields, name, b) -> b.addAllEfSkipIps(fields.texts(name)),
              InboundConnector::getEfSkipIpsList),
          new ConnectorField<>(
              "efUsers",
              "recipients, `user@example.com` in an accepted domain; at most 500",
              "all",
              (fields, name, b) -> b.addAllEfUsers(fields.texts(name)),
              InboundConnector::getEfUsersList),
          new ConnectorField<>(
              "treatMessagesAsInternal",
              ON_PREMISES_ONLY + ", without `cloudServicesMailEnabled`",
              "false",
              (fields, name, b) -> b.setTreatMessagesAsInternal(fields.flag(name, false)),
              InboundConnector::getTreatMessagesAsInternal),
          new ConnectorField<>(
              "cloudServicesMailEnabled",
              ON_PREMISES_ONLY + ", with a `tlsSenderCertificateName`",
              "false",
              (fields, name, b) -> b.setCloudServicesMailEnabled(fields.flag(name, false)),
              InboundConnector::getCloudServicesMailEnabled),
          // Exchange's list of blocked connectors (Get-BlockedConnector).
          new ConnectorField<>(
              "blocked",
              FLAG + "; its mail is refused",
              "false",
              (fields, name, b) -> b.setBlocked(fields.flag(name, false)),
              InboundConnector::getBlocked),
          new ConnectorField<>(
              "blockedReason",
              "at most 1024 characters, for administrators only",
              "none",
              (fields, name, b) -> b.setBlockedReason(fields.text(name)),
              InboundConnector::getBlockedReason),
          new ConnectorField<>(
              "maxMessagesPerMinute",
              RATE,
              "unlimited",
              (fields, name, b) -> b.setMaxMessagesPerMinute(fields.number(name, 0, 1, MOST_RATE)),
              InboundConnector::getMaxMessagesPerMinute),
          new ConnectorField<>(
              "maxRecipientsPerMinute",
              RATE,
              "unlimited",
              (fields, name, b) ->
                  b.setMaxRecipientsPerMinute(fields.number(name, 0, 1, MOST_RATE)),
              InboundConnector::getMaxRecipientsPerMinute),
          new ConnectorField<>(
              "maxRecipientsPerMinutePerSender",
              "1 to 1000000, of one sender in an accepted domain; `onPremises` only",
              "unlimited",
              (fields, name, b) ->
                  b.setMaxRecipientsPerMinutePerSender(fields.number(name, 0, 1, MOST_RATE)),
              InboundConnector::getMaxRecipientsPerMinutePerSender),
          new ConnectorField<>(
              "trustAnchors",
              ANCHORS,
              "the installation's set",
              (fields, name, b) -> b.setAnchors(anchors(fields, name, b.getOrganization())),
              c -> name(c.getAnchors())),
          new ConnectorField<>(
              "revocation",
              words(Words.REVOCATION),
              "required",
              (fields, name, b) -> b.setRevocation(fields.word(name, Words.REVOCATION, REVOCATION)),
              c -> Words.REVOCATION.write(c.getRevocation())));

  static final List<ConnectorField<OutboundConnector, OutboundConnector.Builder>> OUTBOUND =
      List.of(
          new ConnectorField<>(
              "name",
              "1 to 64 characters, no `/`",
              "required",
              (fields, name, b) -> b.setName(fields.required(name, "To Fabrikam")),
              OutboundConnector::getName),
          new ConnectorField<>(
              "connectorType",
              words(Words.CONNECTOR_TYPE),
              "required",
              (fields, name, b) -> b.setConnectorType(connectorType(fields, name)),
              c -> Words.CONNECTOR_TYPE.write(c.getConnectorType())),
          new ConnectorField<>(
              "enabled",
              FLAG,
              "true",
              (fields, name, b) -> b.setEnabled(fields.flag(name, true)),
              OutboundConnector::getEnabled),
          new ConnectorField<>(
              "mode",
              words(Words.CONNECTOR_MODE) + "; `reportOnly` only decides and records",
              "enforce",
              (fields, name, b) -> b.setMode(mode(fields, name)),
              c -> mode(c.getMode())),
          new ConnectorField<>(
              "comment",
              "at most 1024 characters",
              "none",
              (fields, name, b) -> b.setComment(fields.text(name)),
              OutboundConnector::getComment),
          new ConnectorField<>(
              "recipientDomains",
              DOMAINS,
              "none; a `partner` needs one",
              (fields, name, b) -> b.addAllRecipientDomains(Domains.list(fields, name)),
              OutboundConnector::getRecipientDomainsList),
          // Exchange's is true, and smart hosts need a false; here naming some is enough.
          new ConnectorField<>(
              "useMXRecord",
              FLAG,
              "true without `smartHosts`, else false",
              (fields, name, b) -> b.setUseMxRecord(fields.flag(name, !fields.has("smartHosts"))),
              OutboundConnector::getUseMxRecord),
          new ConnectorField<>(
              "smartHosts",
              "`host`, `host:port`, addresses, `\"[2001:db8::1]:25\"`; at most 20",
              "none",
              (fields, name, b) -> b.addAllSmartHosts(Hosts.list(fields, name)),
              c -> c.getSmartHostsList().stream().map(Hosts::text).toList()),
          new ConnectorField<>(
              "maxConnections",
              "1 to 1000, at a time, to one next hop of the connector",
              "that of delivery-service",
              (fields, name, b) -> b.setMaxConnections(fields.number(name, 0, 1, 1_000)),
              OutboundConnector::getMaxConnections),
          new ConnectorField<>(
              "maxMessagesPerConnection",
              "1 to 10000",
              "that of delivery-service",
              (fields, name, b) -> b.setMaxMessagesPerConnection(fields.number(name, 0, 1, 10_000)),
              OutboundConnector::getMaxMessagesPerConnection),
          new ConnectorField<>(
              "maxMessagesPerMinute",
              "1 to 1000000, to one next hop of the connector",
              "that of delivery-service",
              (fields, name, b) -> b.setMaxMessagesPerMinute(fields.number(name, 0, 1, 1_000_000)),
              OutboundConnector::getMaxMessagesPerMinute),
          new ConnectorField<>(
              "tlsSettings",
              words(Words.TLS_SETTINGS),
              "opportunistic TLS",
              (fields, name, b) ->
                  b.setTlsSettings(fields.word(name, Words.TLS_SETTINGS, TlsLevel.OPPORTUNISTIC)),
              c -> Words.TLS_SETTINGS.write(c.getTlsSettings())),
          new ConnectorField<>(
              "tlsDomain",
              "a name in the certificate; only with `domainValidation`",
              "none",
              (fields, name, b) -> b.setTlsDomain(domain(fields, name)),
              OutboundConnector::getTlsDomain),
          new ConnectorField<>(
              "allAcceptedDomains",
              ON_PREMISES_ONLY,
              "false",
              (fields, name, b) -> b.setAllAcceptedDomains(fields.flag(name, false)),
              OutboundConnector::getAllAcceptedDomains),
          new ConnectorField<>(
              "smtpDaneMode",
              "`none`, `opportunistic`, `mandatory`",
              "opportunistic by MX, none with `smartHosts`",
              (fields, name, b) ->
                  b.setSmtpDaneMode(fields.word(name, Words.DANE, DaneMode.DANE_MODE_UNSPECIFIED)),
              c -> Words.DANE.write(c.getSmtpDaneMode())),
          new ConnectorField<>(
              "mtaStsMode",
              "`none`, `opportunistic`",
              "opportunistic by MX, none with `smartHosts`",
              (fields, name, b) ->
                  b.setMtaStsMode(
                      fields.word(name, Words.MTA_STS, MtaStsMode.MTA_STS_MODE_UNSPECIFIED)),
              c -> Words.MTA_STS.write(c.getMtaStsMode())),
          new ConnectorField<>(
              "trustAnchors",
              ANCHORS,
              "the installation's set",
              (fields, name, b) -> b.setAnchors(anchors(fields, name, b.getOrganization())),
              c -> name(c.getAnchors())),
          new ConnectorField<>(
              "revocation",
              words(Words.REVOCATION),
              "required",
              (fields, name, b) -> b.setRevocation(fields.word(name, Words.REVOCATION, REVOCATION)),
              c -> Words.REVOCATION.write(c.getRevocation())),
          new ConnectorField<>(
              "clientCertificate",
              "name of a certificate of the organization in delivery-service's folder, 1 to 64"
                  + " letters, digits, dots, hyphens or underscores",
              "none",
              (fields, name, b) -> b.setClientCertificate(fields.text(name)),
              OutboundConnector::getClientCertificate),
          new ConnectorField<>(
              "minimumTlsVersion",
              words(Words.TLS_VERSION),
              "TLSv1.2",
              (fields, name, b) ->
                  b.setMinimumTlsVersion(fields.word(name, Words.TLS_VERSION, TlsVersion.TLS_1_2)),
              c -> Words.TLS_VERSION.write(c.getMinimumTlsVersion())),
          new ConnectorField<>(
              "requireForwardSecrecy",
              FLAG,
              "false",
              (fields, name, b) -> b.setRequireForwardSecrecy(fields.flag(name, false)),
              OutboundConnector::getRequireForwardSecrecy),
          new ConnectorField<>(
              "requirePostQuantum",
              FLAG,
              "false",
              (fields, name, b) -> b.setRequirePostQuantum(fields.flag(name, false)),
              OutboundConnector::getRequirePostQuantum),
          new ConnectorField<>(
              "routeAllMessagesViaOnPremises",
              ON_PREMISES_ONLY,
              "false",
              (fields, name, b) -> b.setRouteAllMessagesViaOnPremises(fields.flag(name, false)),
              OutboundConnector::getRouteAllMessagesViaOnPremises),
          new ConnectorField<>(
              "cloudServicesMailEnabled",
              ON_PREMISES_ONLY,
              "false",
              (fields, name, b) -> b.setCloudServicesMailEnabled(fields.flag(name, false)),
              OutboundConnector::getCloudServicesMailEnabled),
          // Exchange's Fqdn and SourceIPAddress of a send connector.
          new ConnectorField<>(
              "ehloName",
              "host name in EHLO, `mail.example.com`",
              "delivery-service's",
              (fields, name, b) -> b.setEhloName(domain(fields, name)),
              OutboundConnector::getEhloName),
          new ConnectorField<>(
              "sourceAddresses",
              "at most one IPv4 and one IPv6 source address of the machines that run "
                  + "delivery-service",
              "delivery-service's",
              (fields, name, b) -> b.addAllSourceAddresses(fields.texts(name)),
              OutboundConnector::getSourceAddressesList),
          new ConnectorField<>(
              "credentials",
              "name of a user and password of the organization in delivery-service's folder, as"
                  + " `clientCertificate`; with `smartHosts` only",
              "none",
              (fields, name, b) -> b.setCredentials(fields.text(name)),
              OutboundConnector::getCredentials),
          new ConnectorField<>(
              "senderRewritingEnabled",
              FLAG,
              "false",
              (fields, name, b) -> b.setSenderRewritingEnabled(fields.flag(name, false)),
              OutboundConnector::getSenderRewritingEnabled));

  private ConnectorFields() {}

  /** The organization's own set by its name; without one the installation's default set. */
  static AnchorSetReference anchors(Fields fields, String field, String organization) {
    String set = fields.text(field);
    return set.isEmpty()
        ? AnchorSetReference.getDefaultInstance()
        : AnchorSetReference.newBuilder()
            .setId(DirectoryKeys.anchorSetId(organization, set))
            .build();
  }

  static String domain(Fields fields, String name) {
    return Domains.one(fields, name, fields.text(name));
  }

  /** The organization's name for a set of its own; empty: the default set. */
  static String name(AnchorSetReference anchors) {
    return anchors.getId().substring(anchors.getId().indexOf('/') + 1);
  }

  /** The standing value is left out, so that older records are equal to it. */
  private static ConnectorMode mode(Fields fields, String name) {
    ConnectorMode mode = fields.word(name, Words.CONNECTOR_MODE, ConnectorMode.ENFORCE);
    return mode == ConnectorMode.ENFORCE ? ConnectorMode.CONNECTOR_MODE_UNSPECIFIED : mode;
  }

  private static @Nullable String mode(ConnectorMode mode) {
    return Words.CONNECTOR_MODE.write(
        mode == ConnectorMode.CONNECTOR_MODE_UNSPECIFIED ? ConnectorMode.ENFORCE : mode);
  }

  private static ConnectorType connectorType(Fields fields, String name) {
    if (!fields.has(name)) {
      fields.problem(name, name + " is missing", "write " + name + ": partner or onPremises");
    }
    return fields.word(name, Words.CONNECTOR_TYPE, ConnectorType.PARTNER);
  }

  private static String words(Words<?> words) {
    return "`" + words.choice().replace(", ", "`, `") + "`";
  }
}
