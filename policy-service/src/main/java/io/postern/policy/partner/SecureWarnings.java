package io.postern.policy.partner;

import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.address.DomainPattern;
import java.util.ArrayList;
import java.util.List;

/** What an administrator should know of a pair before it is enforced. Pure. */
final class SecureWarnings {
  private final Directory directory;
  private final SecurePair pair;
  private final String domain;
  private final List<String> warnings = new ArrayList<>();

  SecureWarnings(Directory directory, SecurePair pair, String domain) {
    this.directory = directory;
    this.pair = pair;
    this.domain = domain;
  }

  List<String> find() {
    OutboundConnector outbound = pair.outbound();
    String organization = outbound.getOrganization();
    if (outbound.getRecipientDomainsList().stream().noneMatch(d -> d.startsWith("*."))) {
      warnings.add(
          "Mail from and to subdomains of "
              + domain
              + " is not covered: add \"*."
              + domain
              + "\" to domains if the partner uses them.");
    }
    if (outbound.getTlsSettings() == TlsLevel.ENCRYPTION_ONLY) {
      warnings.add(
          "encryptionOnly does not authenticate the host: an attacker in between can read the "
              + "mail. certificateValidation or domainValidation prevent that.");
    }
    if (outbound.getTlsSettings() == TlsLevel.CERTIFICATE_VALIDATION) {
      warnings.add(
          "certificateValidation accepts any valid certificate, whoever owns it: domainValidation "
              + "also checks its name.");
    }
    if (pair.inbound().size() > 1) {
      warnings.add(
          "Certificate and addresses are alternatives: either is sufficient. Omit the addresses if "
              + "the certificate must be required.");
    }
    if (pair.inbound().stream().allMatch(one -> one.getTlsSenderCertificateName().isEmpty())) {
      warnings.add("Addresses authenticate the partner only as long as no other sender uses them.");
    }
    for (InboundConnector other : directory.inboundConnectors(organization)) {
      if (other.getEnabled()
          && other.getConnectorType() == ConnectorType.PARTNER
          && pair.inbound().stream().noneMatch(one -> one.getName().equals(other.getName()))
          && inScope(other.getSenderDomainsList())) {
        warnings.add(
            "The inbound connector \""
                + other.getName()
                + "\" also matches the partner's domain: only restricting connectors decide, and "
                + "of several for the same domain either is sufficient.");
      }
    }
    for (OutboundConnector other : directory.outboundConnectors(organization)) {
      if (other.getEnabled()
          && !other.getName().equals(outbound.getName())
          && other.getRecipientDomainsList().stream()
              .map(DomainNames::normal)
              .anyMatch(domain::equals)) {
        warnings.add(
            "The outbound connector \""
                + other.getName()
                + "\" also names the domain: of equal connectors, the first by name applies.");
      }
    }
    return List.copyOf(warnings);
  }

  private boolean inScope(List<String> senderDomains) {
    return senderDomains.stream()
        .anyMatch(
            text -> {
              try {
                return !text.equals("*") && DomainPattern.parse(text).matches(domain);
              } catch (IllegalArgumentException e) {
                return false;
              }
            });
  }
}
