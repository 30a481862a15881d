package io.postern.rules;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsLevel;
import io.postern.names.DomainNames;

/**
 * The checks of an accepted domain: its name and its mailbox route (docs/design/connectors.md,
 * "Mailbox routes").
 */
final class AcceptedDomainCheck {
  private AcceptedDomainCheck() {}

  static void check(AcceptedDomain domain, Directory after, Findings findings) {
    findings.organization(domain.getOrganization(), after);
    findings.when(
        !DomainNames.isDomain(domain.getDomain()) || !DomainNames.hasDot(domain.getDomain()),
        "domain",
        "\"" + Findings.shown(domain.getDomain()) + "\" is no domain that can be accepted",
        Findings.suggested(domain.getDomain(), "a domain name such as contoso.com, in lower case"));
    if (domain.getMailboxHost().getHost().isEmpty()) {
      findings.add(
          "mailboxRoute.host",
          "there is no mailbox route, and the domain's MX may point back here",
          "write the host that takes the domain's mail");
    } else {
      findings.host("mailboxRoute.host", "mailboxRoute.port", domain.getMailboxHost());
    }
    findings.when(
        domain.getMailboxProtocol() == HopProtocol.UNRECOGNIZED,
        "mailboxRoute.protocol",
        "the value is not known",
        "write smtp or lmtp");
    tls(domain, findings);
    findings.anchors(
        "mailboxRoute.trustAnchors", domain.getMailboxAnchors(), domain.getOrganization(), after);
    findings.revocation("mailboxRoute.revocation", domain.getMailboxRevocation());
  }

  private static void tls(AcceptedDomain domain, Findings findings) {
    boolean names = domain.getMailboxTls() == TlsLevel.DOMAIN_VALIDATION;
    String name = domain.getMailboxTlsDomain();
    switch (domain.getMailboxTls()) {
      case ENCRYPTION_ONLY, CERTIFICATE_VALIDATION, DOMAIN_VALIDATION -> {}
      case TLS_LEVEL_UNSPECIFIED, OPPORTUNISTIC, UNRECOGNIZED ->
          findings.add(
              "mailboxRoute.tlsSettings",
              "mail to a mailbox always goes over TLS",
              "write encryptionOnly, certificateValidation or domainValidation");
    }
    if (!name.isEmpty()) {
      findings.certificateName("mailboxRoute.tlsDomain", name);
    }
    findings.when(
        !name.isEmpty() && !names,
        "mailboxRoute.tlsDomain",
        "it is compared only with tlsSettings: domainValidation",
        "write tlsSettings: domainValidation, or take tlsDomain out");
    findings.when(
        name.isEmpty() && names,
        "mailboxRoute.tlsDomain",
        "domainValidation needs the name that the host's certificate must carry",
        "write tlsDomain: mailbox.contoso.com, with the name in its certificate");
  }
}
