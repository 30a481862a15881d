package io.postern.rules.checks;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.TlsLevel;
import io.postern.fields.DirectoryFields;
import io.postern.rules.Directory;
import io.postern.rules.MailboxRoutes;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The checks of an accepted domain's mailbox routes, its own and further ones
 * (docs/design/connectors.md, "Mailbox routes").
 */
final class MailboxRouteCheck {
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  private MailboxRouteCheck() {}

  static void check(AcceptedDomain domain, Directory after, Findings findings) {
    FieldChecks fields = new FieldChecks(domain.getOrganization(), after, findings);
    check(MailboxRoutes.of(domain), "mailboxRoute.", fields, findings);
    Set<String> names = new HashSet<>();
    findings.each(
        "furtherMailboxRoutes",
        domain.getFurtherMailboxRoutesList(),
        DirectoryFields.MOST_ROUTES,
        (field, route) -> {
          findings.addIf(
              !NAME.matcher(route.getName()).matches(),
              field + ".name",
              Findings.quoted(route.getName()) + " is not a valid route name",
              "write 1 to 63 lower-case letters, digits and hyphens");
          findings.addIf(
              !names.add(route.getName()),
              field + ".name",
              "two routes of the domain have this name",
              "use different names");
          check(route, field + ".", fields, findings);
        });
  }

  private static void check(
      MailboxRoute route, String prefix, FieldChecks fields, Findings findings) {
    findings.addIf(
        route.getHost().getHost().isEmpty(),
        prefix + "host",
        "there is no mailbox route, and the domain's MX may point back here",
        "write the host that takes the domain's mail");
    fields.check(DirectoryFields.MAILBOX_ROUTE, prefix, route);
    tls(route, prefix, findings);
  }

  private static void tls(MailboxRoute route, String prefix, Findings findings) {
    boolean names = route.getTls() == TlsLevel.DOMAIN_VALIDATION;
    String name = route.getTlsDomain();
    switch (route.getTls()) {
      case ENCRYPTION_ONLY, CERTIFICATE_VALIDATION, DOMAIN_VALIDATION, UNRECOGNIZED -> {}
      case TLS_LEVEL_UNSPECIFIED, OPPORTUNISTIC ->
          findings.add(
              prefix + "tlsSettings",
              "mail to a mailbox is always sent over TLS",
              "write encryptionOnly, certificateValidation or domainValidation");
    }
    findings.addIf(
        !name.isEmpty() && !names,
        prefix + "tlsDomain",
        "it applies only with tlsSettings: domainValidation",
        "set tlsSettings: domainValidation, or remove tlsDomain");
    findings.addIf(
        name.isEmpty() && names,
        prefix + "tlsDomain",
        "domainValidation needs the name that the host's certificate must carry",
        "write tlsDomain: mailbox.contoso.com, with the name in its certificate");
  }
}
