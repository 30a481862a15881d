package io.postern.policy.partner;

import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.DomainPattern;
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
          "encryptionOnly proves nobody: who stands between us and the partner can still read the"
              + " mail. certificateValidation or domainValidation exclude him.");
    }
    if (outbound.getTlsSettings() == TlsLevel.CERTIFICATE_VALIDATION) {
      warnings.add(
          "certificateValidation takes any good certificate, whoever has it: domainValidation"
              + " compares its name as well.");
    }
    if (pair.inbound().size() > 1) {
      warnings.add(
          "Certificate and addresses are alternatives: either suffices to let mail in. Leave the"
              + " addresses out if the certificate shall be needed.");
    }
    if (pair.inbound().stream().allMatch(one -> one.getTlsSenderCertificateName().isEmpty())) {
      warnings.add("Addresses prove the partner only as long as nobody else sends from them.");
    }
    for (InboundConnector other : directory.inboundConnectors(organization)) {
      if (other.getEnabled()
          && other.getConnectorType() == ConnectorType.PARTNER
          && pair.inbound().stream().noneMatch(one -> one.getName().equals(other.getName()))
          && inScope(other.getSenderDomainsList())) {
        warnings.add(
            "The inbound connector \""
                + other.getName()
                + "\" is for the partner's domain too: a restricting one decides alone, and of"
                + " restricting ones for the same domain either suffices.");
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
                + "\" names the domain too: of equals the first by name takes the mail.");
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
