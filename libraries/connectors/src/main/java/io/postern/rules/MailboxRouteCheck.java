package io.postern.rules;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.TlsLevel;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The checks of an accepted domain's mailbox routes, its own and further ones
 * (docs/design/connectors.md, "Mailbox routes").
 */
final class MailboxRouteCheck {
  static final int MAX_ROUTES = 20;
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  private MailboxRouteCheck() {}

  static void check(AcceptedDomain domain, Directory after, Findings findings) {
    check(MailboxRoutes.of(domain), "mailboxRoute.", domain.getOrganization(), after, findings);
    if (!findings.list("furtherMailboxRoutes", domain.getFurtherMailboxRoutesCount(), MAX_ROUTES)) {
      return;
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < domain.getFurtherMailboxRoutesCount(); i++) {
      MailboxRoute route = domain.getFurtherMailboxRoutes(i);
      String field = "furtherMailboxRoutes[" + i + "]";
      findings.when(
          !NAME.matcher(route.getName()).matches(),
          field + ".name",
          "\"" + Findings.shown(route.getName()) + "\" is not a valid route name",
          "write 1 to 63 lower-case letters, digits and hyphens");
      findings.when(
          !names.add(route.getName()),
          field + ".name",
          "two routes of the domain have this name",
          "use different names");
      check(route, field + ".", domain.getOrganization(), after, findings);
    }
  }

  private static void check(
      MailboxRoute route, String prefix, String organization, Directory after, Findings findings) {
    if (route.getHost().getHost().isEmpty()) {
      findings.add(
          prefix + "host",
          "there is no mailbox route, and the domain's MX may point back here",
          "write the host that takes the domain's mail");
    } else {
      findings.host(prefix + "host", prefix + "port", route.getHost());
    }
    findings.when(
        route.getProtocol() == HopProtocol.UNRECOGNIZED,
        prefix + "protocol",
        "unknown value",
        "write smtp or lmtp");
    tls(route, prefix, findings);
    findings.anchors(prefix + "trustAnchors", route.getAnchors(), organization, after);
    findings.revocation(prefix + "revocation", route.getRevocation());
  }

  private static void tls(MailboxRoute route, String prefix, Findings findings) {
    boolean names = route.getTls() == TlsLevel.DOMAIN_VALIDATION;
    String name = route.getTlsDomain();
    switch (route.getTls()) {
      case ENCRYPTION_ONLY, CERTIFICATE_VALIDATION, DOMAIN_VALIDATION -> {}
      case TLS_LEVEL_UNSPECIFIED, OPPORTUNISTIC, UNRECOGNIZED ->
          findings.add(
              prefix + "tlsSettings",
              "mail to a mailbox is always sent over TLS",
              "write encryptionOnly, certificateValidation or domainValidation");
    }
    if (!name.isEmpty()) {
      findings.certificateName(prefix + "tlsDomain", name);
    }
    findings.when(
        !name.isEmpty() && !names,
        prefix + "tlsDomain",
        "it applies only with tlsSettings: domainValidation",
        "set tlsSettings: domainValidation, or remove tlsDomain");
    findings.when(
        name.isEmpty() && names,
        prefix + "tlsDomain",
        "domainValidation needs the name that the host's certificate must carry",
        "write tlsDomain: mailbox.contoso.com, with the name in its certificate");
  }
}
