package io.postern.rules.outbound;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.rules.Directory;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.recipients.ListedRecipient;
import io.postern.rules.recipients.LocalParts;
import io.postern.rules.recipients.RecipientList;
import java.util.Optional;

/**
 * The way of one recipient of an accepted domain by the domain's list (docs/design/connectors.md,
 * "Recipients").
 *
 * @param kind how it goes
 * @param name of the mailbox route, with {@link Kind#MAILBOX}; empty: the domain's own
 * @param why for the explanation; empty: the domain has no list that says anything
 */
record RecipientRoute(Kind kind, String name, String why) {
  enum Kind {
    /** By the domain's on-premises connector, else by its own mailbox route. */
    DOMAIN,
    MAILBOX,
    /** By the domain's on-premises connector alone. */
    ON_PREMISES,
    /** The list that says it is not there: none is guessed. */
    NOT_KNOWN
  }

  private static final RecipientRoute AS_THE_DOMAIN = new RecipientRoute(Kind.DOMAIN, "", "");

  /**
   * @param localPart as given; empty: not known
   */
  static RecipientRoute of(Directory directory, AcceptedDomain domain, String localPart) {
    Optional<RecipientList> list = directory.recipients(domain);
    if (list.isEmpty()) {
      return domain.getRecipientValidation() == RecipientValidation.RECIPIENT_VALIDATION_LIST
          ? new RecipientRoute(Kind.NOT_KNOWN, "", "the domain's recipient list is not available")
          : AS_THE_DOMAIN;
    }
    boolean authoritative = RecipientRules.isAuthoritative(domain);
    Optional<ListedRecipient> listed = ListedRecipient.find(list.get(), domain, localPart);
    if (listed.isEmpty()) {
      if (authoritative) {
        return AS_THE_DOMAIN;
      }
      String normal = LocalParts.normal(localPart);
      return LocalParts.everyDomainHas(normal)
          ? new RecipientRoute(
              Kind.MAILBOX, "", "internal relay: each domain has " + normal + ", so it is here")
          : new RecipientRoute(
              Kind.DOMAIN,
              "",
              "internal relay: the domain's list does not contain the recipient, so it is elsewhere");
    }
    String route = listed.get().route();
    if (route.equals(RecipientKeys.ON_PREMISES)) {
      return new RecipientRoute(
          Kind.ON_PREMISES, "", "the domain's list says onPremises for the recipient");
    }
    if (!route.isEmpty()) {
      return new RecipientRoute(
          Kind.MAILBOX, route, "the domain's list names the route " + route + " for the recipient");
    }
    return authoritative
        ? AS_THE_DOMAIN
        : new RecipientRoute(
            Kind.MAILBOX,
            "",
            "internal relay: the domain's list contains the recipient, so it is " + "here");
  }
}
