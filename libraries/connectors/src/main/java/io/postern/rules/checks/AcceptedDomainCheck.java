package io.postern.rules.checks;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.MailboxRoutes;
import io.postern.rules.recipients.RecipientList;
import java.util.Map;
import java.util.Optional;

/**
 * The checks of an accepted domain: its name, its mailbox routes, and how its recipients are known
 * (docs/design/connectors.md, "Recipients").
 */
final class AcceptedDomainCheck {
  private AcceptedDomainCheck() {}

  static void check(AcceptedDomain domain, Directory after, Findings findings) {
    findings.addIf(
        !DomainNames.isDomain(domain.getDomain()) || !DomainNames.hasDot(domain.getDomain()),
        "domain",
        Findings.quoted(domain.getDomain()) + " is not a valid accepted domain",
        Findings.suggested(domain.getDomain(), "a domain name such as contoso.com, in lower case"));
    MailboxRouteCheck.check(domain, after, findings);
    RecipientValidationCheck.check(domain, findings);
    list(domain, after.recipients(domain), findings);
  }

  /** A list that is needed is there, and all routes that a list names. */
  private static void list(AcceptedDomain domain, Optional<RecipientList> list, Findings findings) {
    if (list.isEmpty()) {
      findings.addIf(
          domain.getRecipientValidation() == RecipientValidation.RECIPIENT_VALIDATION_LIST,
          "recipientValidation",
          "the domain has no recipient list yet, and all its mail would be deferred",
          "write off, apply the list (postern recipients apply "
              + Findings.shown(domain.getDomain())
              + " FILE), then write list");
      return;
    }
    for (Map.Entry<String, Integer> named : list.get().sizes().entrySet()) {
      String route = named.getKey();
      findings.addIf(
          !route.isEmpty()
              && domain.getRecipientValidation()
                  == RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE,
          "recipientValidation",
          "recipients are checked at the domain's mailbox route, and recipients in its list are "
              + "elsewhere: "
              + Findings.shown(route),
          "write list or off");
      findings.addIf(
          !route.equals(RecipientKeys.ON_PREMISES) && MailboxRoutes.named(domain, route).isEmpty(),
          "furtherMailboxRoutes",
          named.getValue() + " recipients of its list name the route " + Findings.shown(route),
          "keep the route, or apply a list that does not name it first");
    }
  }
}
