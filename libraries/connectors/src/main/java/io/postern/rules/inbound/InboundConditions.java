package io.postern.rules.inbound;

import io.postern.contracts.v1.ConnectorType;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.CertificateIndex;
import io.postern.rules.Condition;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of inbound connectors for one client and recipient domain, each written once: the
 * rules decide by the predicates, {@link UnmatchedConnectors} and {@link ExplainedInbound} tell the
 * same ones in words (docs/decisions/0059). The look-ups of {@link OrganizationIndex} and {@link
 * CertificateIndex} find what the predicates hold for. Pure; any thread.
 */
public final class InboundConditions {
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
    return CertificateNames.fitting(entry.certificateName, facts.certificateNames());
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

  /** The own server at whose address the client is, for a recipient of the organization. */
  @Nullable InboundEntry serverForRecipient(String organization) {
    return facts.isThroughGatewayOf(organization)
        ? null
        : OriginatingConnector.forRecipient(directory, client, organization, recipientDomain);
  }

  /**
   * The connectors whose name the client's certificate has, though nothing demands it: an own
   * service's in no accepted domain, or a partner's without requireTls.
   */
  List<InboundEntry> namedBy(String organization) {
    return directory.index(organization).inbound.stream()
        .filter(entry -> entry.inForce() && !entry.connector.getBlocked())
        .filter(
            entry ->
                entry.usable(ConnectorType.ON_PREMISES)
                    || isForSender(entry) && isForRecipient(entry) && isForClient(entry))
        .filter(
            entry ->
                entry.usable(ConnectorType.PARTNER) ? presented(entry) != null : isOwnName(entry))
        .toList();
  }

  /** A name of the certificate fits the connector's, and is in no other organization's domain. */
  private boolean isOwnName(InboundEntry entry) {
    return facts.certificateNames().stream()
        .anyMatch(
            name ->
                CertificateNames.fits(entry.certificateName, name)
                    && OriginatingConnector.isOfNobodyElse(directory, entry.organization(), name));
  }

  /**
   * The domain by which an on-premises connector counts for this client, MAIL FROM and recipient.
   *
   * @param whose in words: what the domain is of
   * @param byCertificate only with a good certificate
   */
  record Counting(String domain, String whose, boolean byCertificate) {}

  /** Of a connector that is selected by address; null: none. */
  @Nullable Counting countingByAddress(InboundEntry entry) {
    List<Counting> all = new ArrayList<>(3);
    if (isFromItsDomain(entry)) {
      all.add(new Counting(sender(), "MAIL FROM's domain", false));
    }
    if (isToOutside()) {
      for (String name : facts.certificateNames()) {
        String domain =
            directory.acceptedDomain(name).isPresent() ? name : DomainNames.parent(name);
        if (directory.accepts(entry.organization(), domain)) {
          all.add(new Counting(domain, "the domain of the certificate's name " + name, true));
        }
      }
    } else if (directory.accepts(entry.organization(), recipientDomain)
        && !entry.isGateway()
        && !facts.isThroughGatewayOf(entry.organization())) {
      all.add(new Counting(recipientDomain, "the recipient's domain", false));
    }
    return served(entry, all);
  }

  /** Of a connector that is selected by the client's certificate; null: none. */
  @Nullable Counting countingByName(InboundEntry entry, CertificateFit fit) {
    List<Counting> all = new ArrayList<>(2);
    if (fit.acceptedDomain() != null) {
      all.add(new Counting(fit.acceptedDomain(), "the domain of the certificate's name", true));
    }
    if (isToOutside() && isFromItsDomain(entry) && isOwnName(entry)) {
      all.add(new Counting(sender(), "MAIL FROM's domain", true));
    }
    return served(entry, all);
  }

  /** The first that associatedAcceptedDomains have; else the first. */
  private static @Nullable Counting served(InboundEntry entry, List<Counting> all) {
    return all.stream()
        .filter(counting -> entry.servesAcceptedDomain(counting.domain()))
        .findFirst()
        .or(() -> all.stream().findFirst())
        .orElse(null);
  }

  /** The recipient is in nobody's accepted domain: the mail is to be relayed. */
  boolean isToOutside() {
    return directory.acceptedDomain(recipientDomain).isEmpty();
  }

  /**
   * The first condition on which the connector drops out of those that may decide; null: it is one
   * of them. Cheap where it is met: no text is made.
   */
  @Nullable Condition outOfScope(InboundEntry entry) {
    if (!entry.connector.getEnabled()) {
      return Condition.enabled(false);
    }
    if (entry.reportsOnly()) {
      return Condition.mode(true);
    }
    if (entry.connector.getConnectorType() == ConnectorType.PARTNER) {
      return !isForSender(entry)
          ? senderDomains(entry)
          : !isForRecipient(entry)
              ? associatedAcceptedDomains(entry)
              : isForClient(entry) ? null : senderIpAddresses(entry);
    }
    if (entry.certificateName.isEmpty()) {
      if (!isFromItsAddress(entry)) {
        return senderIpAddresses(entry);
      }
      Counting counting = countingByAddress(entry);
      return counting == null ? addressCounts(entry, null) : notAssociated(entry, counting);
    }
    CertificateFit fit = CertificateFit.of(directory, entry, facts.certificateNames());
    Counting counting = countingByName(entry, fit);
    return fit.presented() == null
        ? certificateName(entry, "tlsSenderCertificateName")
        : counting == null ? certificateCounts(entry, fit, null) : notAssociated(entry, counting);
  }

  private @Nullable Condition notAssociated(InboundEntry entry, Counting counting) {
    return entry.servesAcceptedDomain(counting.domain())
        ? null
        : associatedWith(entry, counting.domain());
  }

  Condition senderDomains(InboundEntry entry) {
    boolean met = isForSender(entry);
    String expected = Condition.listed(entry.connector.getSenderDomainsList());
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
        Condition.listed(entry.connector.getAssociatedAcceptedDomainsList()),
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
        Condition.listed(entry.connector.getAssociatedAcceptedDomainsList()),
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
        Condition.listed(entry.connector.getSenderIpAddressesList()),
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
        facts.certificateNames().isEmpty() ? "none" : Condition.listed(facts.certificateNames()),
        presented != null,
        presented != null
            ? entry.certificateName + " matches the certificate's name " + presented
            : entry.certificateName + " is required; " + certificate());
  }

  Condition certificateCounts(InboundEntry entry, CertificateFit fit, @Nullable Counting counting) {
    return Condition.of(
        "acceptedDomain",
        "the certificate's domain, or to relay MAIL FROM's, is an accepted domain of "
            + entry.organization(),
        counting == null ? fit.counted() : counting.domain(),
        counting != null,
        counting != null
            ? counting.domain()
                + ", "
                + counting.whose()
                + ", is an accepted domain of "
                + entry.organization()
            : "the certificate matches, but the domain of "
                + fit.counted()
                + " is not an accepted domain of "
                + entry.organization()
                + (isToOutside()
                    ? ", nor is MAIL FROM's"
                    : ", which MAIL FROM's replaces only to relay"));
  }

  /** Of a connector that is selected by address. */
  Condition senderIpAddresses(InboundEntry entry) {
    String range = entry.rangeOf(client);
    return Condition.of(
        "senderIPAddresses",
        Condition.listed(entry.connector.getSenderIpAddressesList()),
        facts.clientIp(),
        isFromItsAddress(entry),
        "the client's address "
            + facts.clientIp()
            + (range.isEmpty() ? " is not among them" : " is in " + range));
  }

  /** Of a connector that is selected by address. */
  Condition addressCounts(InboundEntry entry, @Nullable Counting counting) {
    String organization = entry.organization();
    String unmet =
        facts.mailFromDomain() == null
            ? "the address matches, but the null reverse-path has no domain that could belong to "
                + "this organization; only a certificate can identify its server then"
            : "the address matches, but MAIL FROM's "
                + sender()
                + " is not an accepted domain of "
                + organization;
    return Condition.of(
        "acceptedDomain",
        "the recipient's domain, or to relay MAIL FROM's or the certificate's, is an accepted domain "
            + "of "
            + organization,
        counting == null ? sender() : counting.domain(),
        counting != null,
        counting == null
            ? unmet
            : counting.domain()
                + ", "
                + counting.whose()
                + ", is an accepted domain of "
                + organization);
  }

  public static Condition blocked(InboundEntry entry) {
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
        : "the client's certificate is for " + Condition.listed(facts.certificateNames());
  }

  String sender() {
    String sender = facts.mailFromDomain();
    return sender == null ? "the null reverse-path" : sender;
  }
}
