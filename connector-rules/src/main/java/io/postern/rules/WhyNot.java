package io.postern.rules;

import io.postern.contracts.v1.ConnectorType;
import io.postern.names.CertificateNames;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells, for the connectors of the organization concerned that decided nothing, on which condition
 * they failed. All are told while they are few; of many, only those that the indexes brought up,
 * with a count of the rest, since the explanation travels with the message. One decision, one
 * thread.
 */
final class WhyNot {
  private static final int FEW = 16;

  private final Directory directory;
  private final InboundFacts facts;
  private final @Nullable IpAddress client;
  private final String recipientDomain;
  private final boolean ambiguous;
  private final Set<InboundEntry> told = Collections.newSetFromMap(new IdentityHashMap<>());

  WhyNot(
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

  /** This one's step stands in the trail already. */
  void told(InboundEntry entry) {
    told.add(entry);
  }

  /** Adds the rest of the organization's inbound connectors. */
  void rest(Trail trail, String organization) {
    List<InboundEntry> all = directory.index(organization).inbound;
    if (all.size() > FEW) {
      trail.alsoFailed(all.size() - told.size());
      return;
    }
    for (InboundEntry entry : all) {
      if (!told.contains(entry)) {
        tell(trail, entry);
      }
    }
  }

  private void tell(Trail trail, InboundEntry entry) {
    if (!entry.connector.getEnabled()) {
      trail.failed(entry.subject, "enabled", "the connector is not enabled");
    } else if (entry.connector.getConnectorType() == ConnectorType.PARTNER) {
      tellPartner(trail, entry);
    } else if (entry.certificateName.isEmpty()) {
      tellAddress(trail, entry);
    } else {
      tellCertificate(trail, entry);
    }
  }

  private void tellPartner(Trail trail, InboundEntry entry) {
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

  private void tellAddress(Trail trail, InboundEntry entry) {
    String sender = facts.mailFromDomain();
    if (client == null || !entry.hasAddress(client)) {
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
    } else if (!owns(entry.organization(), sender)) {
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

  private void tellCertificate(Trail trail, InboundEntry entry) {
    List<String> names = facts.certificateNames();
    String presented = CertificateNames.match(entry.certificateName, names);
    if (presented == null) {
      String shown =
          names.isEmpty()
              ? "the client showed no certificate"
              : "the client's certificate is for " + listed(names);
      trail.failed(
          entry.subject,
          "tlsSenderCertificateName",
          entry.certificateName + " is asked for; " + shown);
    } else if (names.stream()
        .noneMatch(
            name ->
                CertificateNames.matches(entry.certificateName, name)
                    && Originating.acceptedDomainFor(directory, entry, name) != null)) {
      String name = Originating.countedName(entry, presented);
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

  private boolean owns(String organization, String domain) {
    return directory
        .acceptedDomain(domain)
        .filter(accepted -> accepted.getOrganization().equals(organization))
        .isPresent();
  }

  String sender() {
    String sender = facts.mailFromDomain();
    return sender == null ? "the null reverse-path" : sender;
  }

  /** The first few: what is listed is the peer's or a long list of the administrator's. */
  static String listed(List<String> texts) {
    int shown = Math.min(3, texts.size());
    return String.join(", ", texts.subList(0, shown))
        + (texts.size() > shown ? " and " + (texts.size() - shown) + " more" : "");
  }
}
