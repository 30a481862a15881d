package io.postern.rules;

import io.postern.contracts.v1.ConnectorType;
import io.postern.names.CertificateNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of inbound connectors for one client and recipient domain, each written once: the
 * rules decide by the predicates, {@link UnmatchedConnectors} and {@link ExplainedInbound} tell the
 * same ones in words (docs/decisions/0059). The look-ups of {@link OrganizationIndex} and {@link
 * CertificateIndex} find what the predicates hold for. Pure; any thread.
 */
final class InboundConditions {
  final Directory directory;
  final InboundFacts facts;
  final @Nullable IpAddress client;
  final String recipientDomain;

  /**
   * @param recipientDomain A-label
   */
  InboundConditions(
      Directory directory, InboundFacts facts, @Nullable IpAddress client, String recipientDomain) {
    this.directory = directory;
    this.facts = facts;
    this.client = client;
    this.recipientDomain = recipientDomain;
  }

  /** Of a partner connector: MAIL FROM; of the null reverse-path "*" alone. */
  boolean isForSender(InboundEntry entry) {
    String sender = facts.mailFromDomain();
    return entry.senderDomains.stream()
        .anyMatch(
            pattern ->
                sender == null
                    ? pattern.kind() == DomainPattern.Kind.ANY
                    : pattern.matches(sender));
  }

  boolean isForRecipient(InboundEntry entry) {
    return entry.servesAcceptedDomain(recipientDomain);
  }

  /** Of a partner connector that is for its addresses: the client is at one of them. */
  boolean isForClient(InboundEntry entry) {
    return !entry.isForItsAddresses() || isFromItsAddress(entry);
  }

  boolean isEncryptedEnough(InboundEntry entry) {
    return !entry.connector.getRequireTls() || facts.tls();
  }

  /** Of a partner connector's restrictDomainsToIPAddresses. */
  SourceAddress sourceAddress(InboundEntry entry) {
    return SourceAddress.of(facts, client, entry);
  }

  /** The first name of the client's certificate that the connector's matches. */
  @Nullable String presented(InboundEntry entry) {
    return CertificateNames.match(entry.certificateName, facts.certificateNames());
  }

  /** Of a connector that is selected by address. */
  boolean isFromItsAddress(InboundEntry entry) {
    return !entry.rangeOf(client).isEmpty();
  }

  /** The same: MAIL FROM's domain is the organization's. */
  boolean isFromItsDomain(InboundEntry entry) {
    String sender = facts.mailFromDomain();
    return sender != null && directory.accepts(entry.organization(), sender);
  }

  /**
   * The first condition on which the connector drops out of those that may decide; null: it is one
   * of them. Cheap where it is met: no text is made.
   */
  @Nullable Condition outOfScope(InboundEntry entry) {
    if (!entry.connector.getEnabled()) {
      return enabled(entry);
    }
    if (entry.reportsOnly()) {
      return mode(true);
    }
    if (entry.connector.getConnectorType() == ConnectorType.PARTNER) {
      return !isForSender(entry)
          ? senderDomains(entry)
          : !isForRecipient(entry)
              ? associatedAcceptedDomains(entry)
              : isForClient(entry) ? null : senderIpAddresses(entry);
    }
    if (entry.certificateName.isEmpty()) {
      return !isFromItsAddress(entry)
          ? senderIpAddresses(entry)
          : !isFromItsDomain(entry)
              ? senderIsOwn(entry)
              : entry.servesAcceptedDomain(sender()) ? null : associatedWith(entry, sender());
    }
    CertificateFit fit = CertificateFit.of(directory, entry, facts.certificateNames());
    return fit.presented() == null
        ? certificateName(entry, "tlsSenderCertificateName")
        : fit.acceptedDomain() == null
            ? certificateIsOwn(entry, fit)
            : fit.associated() ? null : associatedWith(entry, fit.acceptedDomain());
  }

  Condition enabled(InboundEntry entry) {
    boolean enabled = entry.connector.getEnabled();
    return Condition.of(
        "enabled",
        "true",
        Boolean.toString(enabled),
        enabled,
        enabled ? "the connector is enabled" : "the connector is not enabled");
  }

  /** Of an inbound or outbound connector. */
  static Condition mode(boolean reportsOnly) {
    return Condition.of(
        "mode",
        "enforce",
        reportsOnly ? "reportOnly" : "enforce",
        !reportsOnly,
        reportsOnly
            ? "the connector is in report-only mode"
            : "the connector's decisions are in force");
  }

  Condition senderDomains(InboundEntry entry) {
    boolean met = isForSender(entry);
    String expected = listed(entry.connector.getSenderDomainsList());
    return Condition.of(
        "senderDomains",
        expected,
        sender(),
        met,
        met ? "it is for " + sender() : "it is for " + expected + ", not " + sender());
  }

  /** Of a partner connector: the recipient's domain. */
  Condition associatedAcceptedDomains(InboundEntry entry) {
    if (entry.associatedDomains.isEmpty()) {
      return Condition.notNeeded(
          "associatedAcceptedDomains", recipientDomain, "it is for all accepted domains");
    }
    boolean met = isForRecipient(entry);
    return Condition.of(
        "associatedAcceptedDomains",
        listed(entry.connector.getAssociatedAcceptedDomainsList()),
        recipientDomain,
        met,
        recipientDomain
            + (met ? " is" : " is not")
            + " among the accepted domains that the connector is limited to");
  }

  /** Of an on-premises connector: the domain that makes it count. */
  Condition associatedWith(InboundEntry entry, String acceptedDomain) {
    if (entry.associatedDomains.isEmpty()) {
      return Condition.notNeeded(
          "associatedAcceptedDomains", acceptedDomain, "it applies to all accepted domains");
    }
    boolean met = entry.servesAcceptedDomain(acceptedDomain);
    return Condition.of(
        "associatedAcceptedDomains",
        listed(entry.connector.getAssociatedAcceptedDomainsList()),
        acceptedDomain,
        met,
        met ? acceptedDomain + " is among them" : "the accepted domain is not among them");
  }

  Condition requireTls(InboundEntry entry) {
    String actual = facts.tls() ? "encrypted" : "not encrypted";
    return entry.connector.getRequireTls()
        ? Condition.of(
            RecipientRefusal.REQUIRE_TLS,
            "true",
            actual,
            isEncryptedEnough(entry),
            "the session is " + actual)
        : Condition.notNeeded(
            RecipientRefusal.REQUIRE_TLS, actual, "the connector does not require TLS");
  }

  /** Of a partner connector. */
  Condition restrictToAddresses(InboundEntry entry) {
    if (!entry.connector.getRestrictDomainsToIpAddresses()) {
      return Condition.notNeeded(
          RecipientRefusal.RESTRICT_TO_ADDRESSES,
          facts.clientIp(),
          "the connector is not restricted to addresses");
    }
    SourceAddress source = sourceAddress(entry);
    return Condition.of(
        RecipientRefusal.RESTRICT_TO_ADDRESSES,
        listed(entry.connector.getSenderIpAddressesList()),
        facts.clientIp(),
        source.met(),
        source.detail());
  }

  /**
   * @param parameter that asks for the name
   */
  Condition certificateName(InboundEntry entry, String parameter) {
    String presented = presented(entry);
    return Condition.of(
        parameter,
        entry.certificateName,
        facts.certificateNames().isEmpty() ? "none" : listed(facts.certificateNames()),
        presented != null,
        presented != null
            ? entry.certificateName + " matches the certificate's name " + presented
            : entry.certificateName + " is required; " + certificate());
  }

  Condition certificateIsOwn(InboundEntry entry, CertificateFit fit) {
    String domain = fit.acceptedDomain();
    return Condition.of(
        "acceptedDomain",
        "the name or its parent domain is an accepted domain of " + entry.organization(),
        fit.counted(),
        domain != null,
        domain != null
            ? domain + " is an accepted domain of " + entry.organization()
            : "the certificate matches, but neither "
                + fit.counted()
                + " nor its parent domain is an accepted domain of "
                + entry.organization());
  }

  /** Of a connector that is selected by address. */
  Condition senderIpAddresses(InboundEntry entry) {
    String range = entry.rangeOf(client);
    return Condition.of(
        "senderIPAddresses",
        listed(entry.connector.getSenderIpAddressesList()),
        facts.clientIp(),
        isFromItsAddress(entry),
        "the client's address "
            + facts.clientIp()
            + (range.isEmpty() ? " is not among them" : " is in " + range));
  }

  Condition senderIsOwn(InboundEntry entry) {
    boolean met = isFromItsDomain(entry);
    return Condition.of(
        "acceptedDomain",
        "MAIL FROM's domain is an accepted domain of " + entry.organization(),
        sender(),
        met,
        met
            ? sender() + " is an accepted domain of " + entry.organization()
            : facts.mailFromDomain() == null
                ? "the address matches, but the null reverse-path has no domain that could belong "
                    + "to this organization; only a certificate can identify its server then"
                : "the address matches, but MAIL FROM's "
                    + sender()
                    + " is not an accepted domain of "
                    + entry.organization());
  }

  static Condition blocked(InboundEntry entry) {
    boolean blocked = entry.connector.getBlocked();
    String reason = entry.connector.getBlockedReason();
    return Condition.of(
        RecipientRefusal.BLOCKED,
        "false",
        Boolean.toString(blocked),
        !blocked,
        blocked
            ? "an administrator blocked the connector" + (reason.isEmpty() ? "" : ": " + reason)
            : "the connector is not blocked");
  }

  /** The client's certificate, in words; one without a name of a host proves as little as none. */
  String certificate() {
    return facts.certificateNames().isEmpty()
        ? "the client presented no certificate with a host name"
        : "the client's certificate is for " + listed(facts.certificateNames());
  }

  String sender() {
    String sender = facts.mailFromDomain();
    return sender == null ? "the null reverse-path" : sender;
  }

  /** The first few of texts that a peer has sent or an administrator has written at length. */
  static String listed(List<String> texts) {
    int shown = Math.min(3, texts.size());
    return String.join(", ", texts.subList(0, shown))
        + (texts.size() > shown ? " and " + (texts.size() - shown) + " more" : "");
  }
}
