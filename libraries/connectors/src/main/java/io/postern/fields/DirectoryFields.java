package io.postern.fields;

import static io.postern.fields.Row.choice;
import static io.postern.fields.Row.flag;
import static io.postern.fields.Row.number;
import static io.postern.fields.Row.text;
import static io.postern.fields.Row.texts;

import com.google.protobuf.Descriptors.Descriptor;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.InboundConnectorOrBuilder;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RoutingRule;
import io.postern.contracts.v1.RuleScope;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.fields.Exchange.Here;
import io.postern.fields.Kind.Form;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The fields of all kinds of directory objects. Defaults are Exchange's (New-InboundConnector,
 * New-OutboundConnector); a comment says where Exchange documents none or its value would weaken
 * TLS. The second row of a connector is its type, since defaults depend on it.
 */
public final class DirectoryFields {
  /** Entries of a list. */
  public static final int MOST_ENTRIES = 500;

  public static final int MOST_COMMENT = 1_024;
  public static final int MOST_SMART_HOSTS = 20;
  public static final int MOST_ROUTES = 20;
  public static final int MOST_PER_MINUTE = 1_000_000;
  public static final int MOST_CERTIFICATES = 50;
  public static final int MOST_DISTRUSTED = 200;

  private static final String AT_MOST = "; at most " + MOST_ENTRIES;
  private static final String PATTERNS =
      "`example.com`, `\"*.example.com\"` (the domain and its subdomains), `\"*\"`" + AT_MOST;
  private static final String OF_CLIENTS =
      ", of the clients that the connector identifies by certificate or address";
  private static final String UNLIMITED = "unlimited";
  private static final String OF_DELIVERY = "that of delivery-service";
  private static final String OPPORTUNISTIC = "opportunistic";

  /** Other organizations that may send from an accepted domain. */
  public static final int MOST_ORGANIZATIONS = 100;

  /** Words of a routing rule. */
  public static final int MOST_WORDS = 20;

  private static final String ADDRESSES =
      "`ann@example.com`, `example.com`, `\"*.example.com\"`" + AT_MOST;
  private static final String FIELD_NAME = "name of a header field, at most 64 characters";
  private static final String OF_ORIGINATING = "of mail that an own server sent";
  private static final String RESERVED = "reserved for Microsoft";
  private static final String CONNECTOR_SOURCE = "ConnectorSource";
  private static final String HOW_MADE = "it says how Exchange's connector was made";
  private static final String IDENTITY = "a connector is identified by organization and name";
  private static final String VALIDATED =
      "it is not valid for this installation: validate the connector again";
  private static final String THE_SAME = "the same";
  private static final String MODE_GUIDE =
      "[report-only mode](../guides/forced-tls-with-a-partner.md#report-only-mode): ";
  private static final String GATEWAYS = "[gateways](../guides/gateways.md)";
  private static final String MESSAGE_CHANGES = "[message changes](message-changes.md)";

  public static final FieldTable ORGANIZATION =
      FieldTable.of(
          Organization.getDescriptor(),
          text("id", Form.OTHER, "1 to 63 lower-case letters, digits, hyphens").required("contoso"),
          text("displayName", 256).evaluated(),
          number("expiryHours", 12, 120, 24)
              .evaluated("Set-TransportConfig -MessageExpiration; 12 h to 5 d"),
          flag("rejectDirectSend").evaluated(),
          flag("rejectDirectSendSubdomains")
              .note("; with `rejectDirectSend`: from subdomains of accepted domains too")
              .evaluated("MatchSubDomains of the accepted domain in Exchange"),
          text(
                  "senderRewritingDomain",
                  Form.ACCEPTED_DOMAIN,
                  "an accepted domain of the organization")
              .added("Exchange takes its default domain"));

  private static final Row[] ROUTE = {
    Row.of("host", new Kind.Host(), "name or address", "")
        .from("host.host")
        .required("mailbox.contoso.example"),
    number("port", 1, 65_535, "the protocol's").from("host.port"),
    choice("protocol", Words.PROTOCOL, HopProtocol.SMTP),
    // S4: never below TLS with forward secrecy.
    choice("tlsSettings", Words.TLS_SETTINGS, TlsLevel.ENCRYPTION_ONLY).from("tls"),
    text("tlsDomain", Form.CERTIFICATE_NAME, "a name in the certificate; with `domainValidation`")
        .from("tls_domain"),
    anchors(),
    revocation()
  };

  /** A further mailbox route of an accepted domain. */
  public static final FieldTable MAILBOX_ROUTE =
      FieldTable.of(
          MailboxRoute.getDescriptor(),
          Stream.concat(
                  Stream.of(
                      text("name", Form.OTHER, "1 to 63 lower-case letters, digits, hyphens")
                          .required("cloud")),
                  Stream.of(ROUTE))
              .toArray(Row[]::new));

  public static final FieldTable ACCEPTED_DOMAIN =
      FieldTable.of(
              AcceptedDomain.getDescriptor(),
              text("domain", Form.DOMAIN, "a domain name")
                  .required("contoso.example")
                  .exchange("domainName", Exchange.Here.EVALUATED, "`domainName` in Exchange"),
              choice(
                      "domainType",
                      Words.DOMAIN_TYPE,
                      AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED,
                      "authoritative")
                  .evaluated(
                      "`authoritative`, `internalRelay`: [recipients](../guides/recipients.md)"),
              choice(
                      "recipientValidation",
                      Words.RECIPIENT_VALIDATION,
                      RecipientValidation.RECIPIENT_VALIDATION_UNSPECIFIED,
                      "off")
                  .added("Exchange uses its own directory at the edge"),
              choice(
                      "unansweredRecipients",
                      Words.UNANSWERED_RECIPIENTS,
                      UnansweredRecipients.UNANSWERED_RECIPIENTS_UNSPECIFIED,
                      "accept")
                  .note(": recipients of whom the mailbox route did not say whether they exist")
                  .added(THE_SAME),
              flag("disablePlusAddressInRecipients")
                  .note("; true: `user+tag` is not `user`")
                  .quiet()
                  .exchange(
                      "",
                      Exchange.Here.EVALUATED,
                      "the organization's DisablePlusAddressInRecipients, by domain"),
              texts(
                      "allowedSenderOrganizations",
                      Form.ORGANIZATION,
                      MOST_ORGANIZATIONS,
                      "IDs of other organizations, at most " + MOST_ORGANIZATIONS)
                  .note(": their servers may send to the Internet from this domain")
                  .added("in Exchange each tenant sends from addresses of its own"),
              Row.of(
                      "mailboxRoute",
                      new Kind.Part(
                          FieldTable.of(AcceptedDomain.getDescriptor(), "mailbox_", ROUTE), 0),
                      "the host that takes the domain's mail: the domain's MX may point back here",
                      "")
                  .from("")
                  .required("{ host: mailbox.contoso.example } to route its mail")
                  .added("Exchange has the mailboxes itself"),
              Row.of(
                      "furtherMailboxRoutes",
                      new Kind.Part(MAILBOX_ROUTE, MOST_ROUTES),
                      "mailbox routes with names, for the list of recipients; at most "
                          + MOST_ROUTES,
                      "none")
                  .added(THE_SAME))
          .without(
              Map.of(
                  "CanHaveCloudCache",
                  RESERVED,
                  "Default",
                  "there is no default domain here",
                  "EnableNego2Authentication",
                  RESERVED,
                  "MatchSubDomains",
                  "each subdomain is an accepted domain of its own: add those that receive mail",
                  "OutboundOnly",
                  "mail for the domain uses its mailboxRoute"));

  public static final FieldTable ANCHOR_SET =
      FieldTable.of(
          AnchorSet.getDescriptor(),
          name("partners"),
          Row.of(
                  "pem",
                  new Kind.Certificates(MOST_CERTIFICATES),
                  "1 to 50 certificates; or `file:`, which `postern apply` reads",
                  "required without `withDefaults`")
              .from("certificates"),
          flag("withDefaults").note("; true: the installation's default set is part of it"),
          Row.of(
              "distrusted",
              new Kind.Fingerprints(MOST_DISTRUSTED),
              "SHA-256 of certificates that no path may contain, also of the installation's set;"
                  + " at most "
                  + MOST_DISTRUSTED,
              "none"));

  public static final FieldTable INBOUND_CONNECTOR =
      FieldTable.withForm(
              InboundConnector.getDescriptor(),
              name("From Fabrikam").evaluated(),
              connectorType(),
              enabled(),
              mode(MODE_GUIDE + "the decision is only recorded"),
              comment(),
              texts("senderDomains", Form.DOMAIN_PATTERN, MOST_ENTRIES, PATTERNS)
                  .note("; `onPremises`: none, or `\"*\"`")
                  .otherwise("none; a `partner` needs one")
                  .in(Group.SENDERS)
                  .evaluated("a cost (`smtp:x;1`) is read and has no effect, as in Exchange"),
              texts(
                      "senderIPAddresses",
                      Form.OTHER,
                      MOST_ENTRIES,
                      "address or CIDR block, `/24` to `/32` (IPv6: `/64` to `/128`)" + AT_MOST)
                  .note("; a `partner` without a restriction is for these clients only")
                  .in(Group.SENDERS)
                  .evaluated("IPv6 too"),
              // Exchange: a partner's mail is refused without TLS unless this says otherwise.
              flag(
                      "requireTls",
                      (written, connector) ->
                          ((InboundConnectorOrBuilder) connector).getConnectorType()
                              == ConnectorType.PARTNER,
                      "true for a `partner`, else false")
                  .in(Group.SECURITY)
                  .evaluated(),
              text(
                      "tlsSenderCertificateName",
                      Form.CERTIFICATE_NAME,
                      "a name in the certificate, `mail.example.com` or `\"*.example.com\"`")
                  .in(Group.SENDERS)
                  .evaluated(),
              flag("restrictDomainsToCertificate").partnerOnly().in(Group.SECURITY).evaluated(),
              flag("restrictDomainsToIPAddresses").partnerOnly().in(Group.SECURITY).evaluated(),
              texts(
                      "associatedAcceptedDomains",
                      Form.ACCEPTED_DOMAIN,
                      MOST_ENTRIES,
                      "accepted domains of the organization" + AT_MOST)
                  .otherwise("all")
                  .evaluated(),
              flag("efSkipLastIP").note("; not with `efSkipIPs`").evaluated(GATEWAYS),
              texts(
                      "efSkipIPs",
                      Form.GATEWAY,
                      MOST_ENTRIES,
                      "public addresses of a gateway: address, `192.0.2.1-192.0.2.9`, CIDR block from"
                          + " `/8` (IPv6: `/32`)"
                          + AT_MOST)
                  .evaluated(THE_SAME),
              texts(
                      "efUsers",
                      Form.RECIPIENT,
                      MOST_ENTRIES,
                      "recipients, `user@example.com` in an accepted domain" + AT_MOST)
                  .otherwise("all")
                  .evaluated(THE_SAME),
              flag("treatMessagesAsInternal")
                  .onPremisesOnly()
                  .note(", without `cloudServicesMailEnabled`")
                  .evaluated(MESSAGE_CHANGES),
              flag("cloudServicesMailEnabled")
                  .onPremisesOnly()
                  .note(", with a `tlsSenderCertificateName`")
                  .evaluated("the same; only with a certificate name"),
              flag("blocked")
                  .note("; its mail is refused")
                  .added("Exchange has a separate list (Get-BlockedConnector)"),
              text("blockedReason", MOST_COMMENT).note(", for administrators only").added(THE_SAME),
              number("maxMessagesPerMinute", 1, MOST_PER_MINUTE, UNLIMITED)
                  .note(OF_CLIENTS)
                  .added(
                      "[rate limits](../guides/rate-limits.md); Exchange Server's receive connectors"
                          + " have MessageRateLimit, unlimited by default"),
              number("maxRecipientsPerMinute", 1, MOST_PER_MINUTE, UNLIMITED)
                  .note(OF_CLIENTS)
                  .added(THE_SAME),
              number("maxRecipientsPerMinutePerSender", 1, MOST_PER_MINUTE, UNLIMITED)
                  .note(", of one sender in an accepted domain")
                  .onPremisesOnly()
                  .added("the same; Exchange has RecipientRateLimit for mailboxes, 10,000 a day"),
              anchors(),
              revocation().added("Exchange has one rule for all"))
          .without(
              Map.of(
                  "ClientHostNames",
                  "undocumented",
                  CONNECTOR_SOURCE,
                  HOW_MADE,
                  "EFSkipMailGateway",
                  RESERVED,
                  "EFTestMode",
                  RESERVED,
                  "Identity",
                  IDENTITY,
                  "ScanAndDropRecipients",
                  RESERVED,
                  "TrustedOrganizations",
                  "it is between Microsoft's tenants: write a partner connector with"
                      + " restrictDomainsToCertificate"));

  public static final FieldTable OUTBOUND_CONNECTOR =
      FieldTable.withForm(
              OutboundConnector.getDescriptor(),
              name("To Fabrikam").evaluated(),
              connectorType(),
              enabled(),
              mode(MODE_GUIDE + "its requirement is checked and recorded, not enforced"),
              comment(),
              texts("recipientDomains", Form.DOMAIN_PATTERN, MOST_ENTRIES, PATTERNS)
                  .otherwise("none; a `partner` needs one")
                  .in(Group.USE)
                  .evaluated(),
              // Exchange's is true, and smart hosts need a false; here naming some is enough.
              flag(
                      "useMXRecord",
                      (written, connector) -> !written.test("smartHosts"),
                      "true without `smartHosts`, else false")
                  .in(Group.ROUTING)
                  .evaluated(),
              Row.of(
                      "smartHosts",
                      new Kind.Hosts(MOST_SMART_HOSTS),
                      "`host`, `host:port`, addresses, `\"[2001:db8::1]:25\"`; at most "
                          + MOST_SMART_HOSTS
                          + ". [MX records](../design/connectors.md#smart-hosts) go before"
                          + " addresses",
                      "none")
                  .in(Group.ROUTING)
                  .evaluated("no blocks of addresses"),
              number("maxConnections", 1, 1_000, OF_DELIVERY)
                  .note(", at a time, to one next hop of the connector"),
              number("maxMessagesPerConnection", 1, 10_000, OF_DELIVERY),
              number("maxMessagesPerMinute", 1, MOST_PER_MINUTE, OF_DELIVERY)
                  .note(", to one next hop of the connector"),
              number("maxMessageMegabytes", 1, 1_000, "the host's own limit")
                  .note(", of 1,048,576 bytes; a larger message fails at once")
                  .added("a send connector's MaxMessageSize in Exchange Server"),
              choice("tlsSettings", Words.TLS_SETTINGS, TlsLevel.OPPORTUNISTIC, "opportunistic TLS")
                  .in(Group.SECURITY)
                  .evaluated(),
              text(
                      "tlsDomain",
                      Form.CERTIFICATE_NAME,
                      "a name in the certificate; only with `domainValidation`")
                  .in(Group.SECURITY)
                  .evaluated(),
              flag("allAcceptedDomains").onPremisesOnly().in(Group.USE).evaluated(),
              choice("smtpDaneMode", Words.DANE, DaneMode.DANE_MODE_UNSPECIFIED, OPPORTUNISTIC)
                  .evaluated(),
              choice(
                      "mtaStsMode",
                      Words.MTA_STS,
                      MtaStsMode.MTA_STS_MODE_UNSPECIFIED,
                      OPPORTUNISTIC)
                  .evaluated(),
              anchors(),
              revocation().added("Exchange has one rule for all"),
              text(
                      "clientCertificate",
                      Form.ENTRY,
                      "name of a certificate of the organization in delivery-service's folder, 1 to"
                          + " 64 letters, digits, dots, hyphens or underscores")
                  .added("Exchange shows one for all"),
              choice("minimumTlsVersion", Words.TLS_VERSION, TlsVersion.TLS_1_2).forcedTls(),
              flag("requireForwardSecrecy").forcedTls(),
              flag("requirePostQuantum").forcedTls(),
              flag("routeAllMessagesViaOnPremises")
                  .onPremisesOnly()
                  .evaluated(
                      "without a loop ([decision"
                          + " 45](../decisions/0045-central-transport-knows-its-own-pass.md))"),
              flag("cloudServicesMailEnabled").onPremisesOnly().evaluated(MESSAGE_CHANGES),
              text("ehloName", Form.HOST_NAME, "host name in EHLO, `mail.example.com`")
                  .otherwise("delivery-service's")
                  .added("a send connector's Fqdn in Exchange Server"),
              texts(
                      "sourceAddresses",
                      Form.OTHER,
                      2,
                      "at most one IPv4 and one IPv6 source address of the machines that run"
                          + " delivery-service")
                  .otherwise("delivery-service's")
                  .added("a send connector's SourceIPAddress"),
              text(
                      "credentials",
                      Form.ENTRY,
                      "name of a user and password of the organization in delivery-service's"
                          + " folder, as `clientCertificate`; with `smartHosts` only")
                  .added(
                      "a send connector's AuthenticationCredential, with SmartHostAuthMechanism BasicAuthRequireTLS"),
              flag("isTransportRuleScoped")
                  .quiet()
                  .note("; only [routing rules](#routing-rules) give it mail")
                  .in(Group.USE)
                  .evaluated(),
              flag("senderRewritingEnabled")
                  .evaluated(
                      "[sender rewriting](../guides/sender-rewriting.md); partner connectors too"))
          .refusing(
              Map.of(
                  "aia",
                  "remove it, and let the host send its intermediate certificates",
                  "testMode",
                  "use mode: reportOnly for a test, or enabled: false to turn the connector off"))
          .without(
              Map.of(
                  CONNECTOR_SOURCE,
                  HOW_MADE,
                  "Identity",
                  IDENTITY,
                  "IsValidated",
                  VALIDATED,
                  "LastValidationTimestamp",
                  VALIDATED,
                  "LinkForModifiedConnector",
                  RESERVED,
                  "ValidationRecipients",
                  VALIDATED));

  /**
   * The entry of an organization that makes the two connectors between it and its Exchange servers:
   * in the words of the outbound one.
   */
  public static final FieldTable HYBRID =
      FieldTable.of(
          OutboundConnector.getDescriptor(),
          Row.of(
                  "onPremisesServers",
                  new Kind.Hosts(MOST_SMART_HOSTS),
                  "`host`, `host:port`, addresses; at most " + MOST_SMART_HOSTS,
                  "required")
              .from("smartHosts"),
          text(
                  "certificateName",
                  Form.CERTIFICATE_NAME,
                  "a name in the servers' certificate, `mail.example.com`; it or its parent domain is"
                      + " an accepted domain; no wildcard")
              .from("tlsDomain")
              .required("mail.contoso.example"),
          texts(
                  "domains",
                  Form.DOMAIN_PATTERN,
                  MOST_ENTRIES,
                  "accepted domains of the organization whose mail goes to the servers" + AT_MOST)
              .from("recipientDomains")
              .otherwise("all"),
          flag("routeAllMessagesViaOnPremises"),
          text(
              "clientCertificate",
              Form.ENTRY,
              "name of a certificate of the organization in delivery-service's folder, which the"
                  + " servers see"),
          anchors());

  /** Mail that a rule gives to an outbound connector. */
  public static final FieldTable ROUTING_RULE =
      FieldTable.of(
              RoutingRule.getDescriptor(),
              name("Sign").evaluated(),
              number("priority", 1, 1_000, "0, the first")
                  .note("; lower ones are tried first, then by name")
                  .in(Group.IDENTITY)
                  .evaluated("the order among the rules that route"),
              flag("enabled", (written, rule) -> true, "true")
                  .in(Group.IDENTITY)
                  .exchange("State", Here.EVALUATED, "Enabled, Disabled"),
              choice("mode", Words.CONNECTOR_MODE, ConnectorMode.CONNECTOR_MODE_UNSPECIFIED)
                  .note("; `reportOnly` only decides and records")
                  .in(Group.IDENTITY)
                  .evaluated("Enforce; Audit and AuditAndNotify are `reportOnly`"),
              text("comment", MOST_COMMENT)
                  .in(Group.IDENTITY)
                  .exchange("Comments", Here.KEPT, "for people"),
              choice("fromScope", Words.RULE_SCOPE, RuleScope.RULE_SCOPE_UNSPECIFIED, "anywhere")
                  .note("; `inOrganization`: an own server sent the mail")
                  .in(Group.CONDITIONS)
                  .evaluated(),
              choice("sentToScope", Words.RULE_SCOPE, RuleScope.RULE_SCOPE_UNSPECIFIED, "anywhere")
                  .note("; `inOrganization`: to an accepted domain of the organization")
                  .in(Group.CONDITIONS)
                  .evaluated(),
              texts("senders", Form.MAILBOXES, MOST_ENTRIES, ADDRESSES)
                  .otherwise("any MAIL FROM")
                  .in(Group.CONDITIONS)
                  .exchange("From", Here.EVALUATED, "and SenderDomainIs; MAIL FROM is compared"),
              texts("recipients", Form.MAILBOXES, MOST_ENTRIES, ADDRESSES)
                  .otherwise("any recipient")
                  .in(Group.CONDITIONS)
                  .exchange("SentTo", Here.EVALUATED, "and RecipientDomainIs"),
              text("headerField", Form.HEADER_FIELD, FIELD_NAME)
                  .in(Group.CONDITIONS)
                  .exchange("HeaderContainsMessageHeader", Here.EVALUATED, OF_ORIGINATING),
              texts("headerWords", Form.WORD, MOST_WORDS, "texts; one of them is in the field")
                  .otherwise("none: the field is there")
                  .in(Group.CONDITIONS)
                  .exchange("HeaderContainsWords", Here.EVALUATED, ""),
              texts("exceptSenders", Form.MAILBOXES, MOST_ENTRIES, ADDRESSES)
                  .in(Group.EXCEPTIONS)
                  .exchange("ExceptIfFrom", Here.EVALUATED, "and ExceptIfSenderDomainIs"),
              texts("exceptRecipients", Form.MAILBOXES, MOST_ENTRIES, ADDRESSES)
                  .in(Group.EXCEPTIONS)
                  .exchange("ExceptIfSentTo", Here.EVALUATED, "and ExceptIfRecipientDomainIs"),
              text("exceptHeaderField", Form.HEADER_FIELD, FIELD_NAME)
                  .in(Group.EXCEPTIONS)
                  .exchange("ExceptIfHeaderContainsMessageHeader", Here.EVALUATED, OF_ORIGINATING),
              texts("exceptHeaderWords", Form.WORD, MOST_WORDS, "as `headerWords`")
                  .otherwise("none: the field is there")
                  .in(Group.EXCEPTIONS)
                  .exchange("ExceptIfHeaderContainsWords", Here.EVALUATED, ""),
              text(
                      "outboundConnector",
                      Form.OUTBOUND_CONNECTOR,
                      "an outbound connector with `isTransportRuleScoped`")
                  .required("Signature service")
                  .in(Group.ROUTING)
                  .exchange("RouteMessageOutboundConnector", Here.EVALUATED, ""))
          .without(
              Map.of(
                  "Identity", "a rule is identified by organization and name",
                  "StopRuleProcessing",
                      "the first rule that gives mail to a connector is the last"));

  private static final List<FieldTable> TABLES =
      List.of(
          ORGANIZATION,
          ACCEPTED_DOMAIN,
          ANCHOR_SET,
          INBOUND_CONNECTOR,
          OUTBOUND_CONNECTOR,
          ROUTING_RULE);

  private DirectoryFields() {}

  /** Of a kind of object, by its message. */
  public static FieldTable of(Descriptor message) {
    return TABLES.stream()
        .filter(table -> table.message().equals(message))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(message.getName()));
  }

  private static Row name(String example) {
    return text("name", Form.NAME, "1 to 64 characters, no `/`").required(example);
  }

  private static Row connectorType() {
    return choice("connectorType", Words.CONNECTOR_TYPE, ConnectorType.PARTNER)
        .required("partner or onPremises")
        .in(Group.IDENTITY)
        .evaluated();
  }

  private static Row enabled() {
    return flag("enabled", (written, connector) -> true, "true").in(Group.IDENTITY).evaluated();
  }

  private static Row mode(String remark) {
    return choice("mode", Words.CONNECTOR_MODE, ConnectorMode.CONNECTOR_MODE_UNSPECIFIED)
        .note("; `reportOnly` only decides and records")
        .in(Group.IDENTITY)
        .added(remark);
  }

  private static Row comment() {
    return text("comment", MOST_COMMENT).in(Group.IDENTITY).kept("for people");
  }

  private static Row anchors() {
    return Row.of(
            "trustAnchors",
            new Kind.Anchors(),
            "name of a set of the organization",
            "the installation's set")
        .from("anchors");
  }

  private static Row revocation() {
    return choice("revocation", Words.REVOCATION, RevocationMode.REVOCATION_REQUIRED);
  }
}
