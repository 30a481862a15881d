package io.postern.rules.checks;

import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;

/**
 * The checks of sender rewriting (docs/guides/sender-rewriting.md): a connector that rewrites
 * senders and the domain of the rewritten addresses need each other. All connector types may
 * rewrite.
 */
final class SenderRewritingCheck {
  private static final String DOMAIN = "senderRewritingDomain";

  private SenderRewritingCheck() {}

  static void organization(Organization organization, Directory after, Findings findings) {
    String domain = organization.getSenderRewritingDomain();
    if (domain.isEmpty()) {
      after.outboundConnectors(organization.getId()).stream()
          .filter(OutboundConnector::getSenderRewritingEnabled)
          .findFirst()
          .ifPresent(
              connector ->
                  findings.add(
                      DOMAIN,
                      "outbound connector "
                          + Findings.shown(connector.getName())
                          + " rewrites senders, and no domain for their addresses is configured",
                      "name an accepted domain of the organization, or write"
                          + " senderRewritingEnabled: false in the connector"));
      return;
    }
    findings.addIf(
        !domain.equals(DomainNames.normal(domain)) || !after.accepts(organization.getId(), domain),
        DOMAIN,
        Findings.quoted(domain) + " is not an accepted domain of the organization",
        "use one of its acceptedDomains whose MX points here: notifications are returned to it");
  }

  static void connector(OutboundConnector connector, Directory after, Findings findings) {
    boolean domain =
        after
            .organization(connector.getOrganization())
            .filter(organization -> !organization.getSenderRewritingDomain().isEmpty())
            .isPresent();
    findings.addIf(
        connector.getSenderRewritingEnabled() && !domain,
        "senderRewritingEnabled",
        "the organization has no domain for rewritten addresses",
        "write senderRewritingDomain in the organization, one of its accepted domains");
  }
}
