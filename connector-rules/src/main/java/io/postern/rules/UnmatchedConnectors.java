package io.postern.rules;

import io.postern.contracts.v1.ConnectorType;
import io.postern.names.CertificateNames;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An organization's inbound connectors that decided nothing, each with the condition on which it
 * failed, for the trail. While they are few all are added; of many only a count, since the
 * explanation travels with the message. One decision, one thread.
 */
final class UnmatchedConnectors {
  private static final int FEW = 16;

  private final Directory directory;
  private final InboundFacts facts;
  private final @Nullable IpAddress client;
  private final String recipientDomain;
  private final boolean ambiguous;
  private final Set<InboundEntry> excluded = Collections.newSetFromMap(new IdentityHashMap<>());

  UnmatchedConnectors(
      Directory directory,
      InboundFacts facts,
      @Nullable IpAddress client,
      String recipientDomain,
      boolean ambiguous) {
    this.directory = directory;
    this.facts = facts;
    this.client = client;
    this.recipientDomain = recipientDomain;
    this.ambiguous = ambiguous;
  }

  /** This connector's step stands in the trail already. */
  void exclude(InboundEntry entry) {
    excluded.add(entry);
  }

  /** Adds all others of the organization. */
  void addTo(Trail trail, String organization) {
    List<InboundEntry> all = directory.index(organization).inbound;
    if (all.size() > FEW) {
      trail.alsoFailed(all.size() - excluded.size());
      return;
    }
    for (InboundEntry entry : all) {
      if (!excluded.contains(entry)) {
        add(trail, entry);
      }
    }
  }

  private void add(Trail trail, InboundEntry entry) {
    if (!entry.connector.getEnabled()) {
      trail.failed(entry.subject, "enabled", "the connector is not enabled");
    } else if (entry.connector.getConnectorType() == ConnectorType.PARTNER) {
      addPartner(trail, entry);
    } else if (entry.certificateName.isEmpty()) {
      addByAddress(trail, entry);
    } else {
      addByCertificate(trail, entry);
    }
  }

  private void addPartner(Trail trail, InboundEntry entry) {
    String sender = facts.mailFromDomain();
    boolean inScope =
        entry.senderDomains.stream()
            .anyMatch(
                pattern ->
                    sender == null
                        ? pattern.kind() == DomainPattern.Kind.ANY
                        : pattern.matches(sender));
    if (!inScope) {
      trail.failed(
          entry.subject,
          "senderDomains",
          "it is for " + listed(entry.connector.getSenderDomainsList()) + ", not " + sender());
    } else if (!entry.servesAcceptedDomain(recipientDomain)) {
      trail.failed(
          entry.subject,
          "associatedAcceptedDomains",
          recipientDomain + " is not among the accepted domains that the connector is limited to");
    } else {
      trail.failed(entry.subject, "precedence", "a connector before it decided");
    }
  }

  private void addByAddress(Trail trail, InboundEntry entry) {
    String sender = facts.mailFromDomain();
    if (entry.rangeOf(client).isEmpty()) {
      trail.failed(
          entry.subject,
          "senderIPAddresses",
          "the client's address " + facts.clientIp() + " is not among them");
    } else if (sender == null) {
      trail.failed(
          entry.subject,
          "acceptedDomain",
          "the address matches, but the null reverse-path has no domain that could be this"
              + " organization's; only a certificate can prove its server then");
    } else if (!directory.accepts(entry.organization(), sender)) {
      trail.failed(
          entry.subject,
          "acceptedDomain",
          "the address matches, but MAIL FROM's "
              + sender
              + " is no accepted domain of "
              + entry.organization());
    } else {
      associatedOrPrecedence(trail, entry);
    }
  }

  private void addByCertificate(Trail trail, InboundEntry entry) {
    List<String> names = facts.certificateNames();
    String presented = CertificateNames.match(entry.certificateName, names);
    if (presented == null) {
      trail.failed(
          entry.subject,
          "tlsSenderCertificateName",
          entry.certificateName + " is asked for; " + certificate());
    } else if (names.stream()
        .noneMatch(
            name ->
                CertificateNames.matches(entry.certificateName, name)
                    && OriginatingConnector.acceptedDomainFor(directory, entry, name) != null)) {
      String name = OriginatingConnector.countedName(entry, presented);
      trail.failed(
          entry.subject,
          "acceptedDomain",
          "the certificate matches, but neither "
              + name
              + " nor its parent domain is an accepted"
              + " domain of "
              + entry.organization());
    } else if (ambiguous) {
      trail.failed(
          entry.subject,
          "tlsSenderCertificateName",
          "the certificate fits connectors of more than one organization equally well, so it proves"
              + " none of them");
    } else {
      associatedOrPrecedence(trail, entry);
    }
  }

  private void associatedOrPrecedence(Trail trail, InboundEntry entry) {
    if (entry.associatedDomains.isEmpty()) {
      trail.failed(entry.subject, "precedence", "a connector before it decided");
    } else {
      trail.failed(
          entry.subject,
          "associatedAcceptedDomains",
          "the accepted domain that would count is not among them");
    }
  }

  /** The client's certificate, in words. */
  String certificate() {
    return facts.certificateNames().isEmpty()
        ? "the client showed no certificate"
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
