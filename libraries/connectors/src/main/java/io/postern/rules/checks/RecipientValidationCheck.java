package io.postern.rules.checks;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.UnansweredRecipients;

/** The checks of an accepted domain's recipient validation (docs/guides/recipients.md). */
final class RecipientValidationCheck {
  private RecipientValidationCheck() {}

  static void check(AcceptedDomain domain, Findings findings) {
    RecipientValidation validation = domain.getRecipientValidation();
    boolean byRoute = validation == RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE;
    findings.addIf(
        byRoute && domain.getDomainType() == AcceptedDomainType.INTERNAL_RELAY,
        "recipientValidation",
        "the mailbox route does not know the recipients at another system",
        "write off or list, or make the domain authoritative");
    findings.addIf(
        !byRoute
            && domain.getUnansweredRecipients() == UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER,
        "unansweredRecipients",
        "it applies only with recipientValidation: mailboxRoute",
        "set recipientValidation: mailboxRoute, or remove unansweredRecipients");
  }
}
