package io.postern.rules.inbound;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.rules.Directory;
import io.postern.rules.Trail;
import io.postern.rules.recipients.ListedRecipient;
import io.postern.rules.recipients.LocalParts;
import io.postern.rules.recipients.RecipientList;
import java.util.Optional;

/**
 * The decision at RCPT whether a recipient exists, behind the one whether the client may send to
 * its domain (docs/design/connectors.md, "Recipients"). So a client that may not send learns
 * nothing of recipients. A pure function; any thread. Costs a look-up in memory, some microseconds
 * at most.
 *
 * <p>It holds for every client, an organization's own server included. Of an internal relay domain
 * no recipient is unknown: those that the list has not are elsewhere.
 */
public final class RecipientRules {
  /** The rule of a refusal because the recipient does not exist. */
  public static final String UNKNOWN = "recipientUnknown";

  static final String NO_LIST = "recipientListMissing";

  private RecipientRules() {}

  /**
   * The acceptance, or a refusal in its place.
   *
   * @param accepted by {@link InboundRules}
   * @param localPart as given
   * @param recipientDomain A-label
   */
  public static InboundDecision decide(
      Directory directory,
      InboundDecision.Accept accepted,
      String localPart,
      String recipientDomain) {
    Optional<AcceptedDomain> found = directory.acceptedDomain(recipientDomain);
    if (found.isEmpty()) {
      return accepted; // relayed to the outside
    }
    AcceptedDomain domain = found.get();
    return switch (domain.getRecipientValidation()) {
      case RECIPIENT_VALIDATION_UNSPECIFIED,
          RECIPIENT_VALIDATION_OFF,
          RECIPIENT_VALIDATION_MAILBOX_ROUTE ->
          accepted;
      case RECIPIENT_VALIDATION_LIST -> byList(directory, accepted, domain, localPart);
      case UNRECOGNIZED ->
          notYet(
              domain,
              "its recipientValidation is of a newer version",
              "Recipients of this domain cannot be looked up now, try again later");
    };
  }

  private static InboundDecision byList(
      Directory directory,
      InboundDecision.Accept accepted,
      AcceptedDomain domain,
      String localPart) {
    Optional<RecipientList> list = directory.recipients(domain);
    if (list.isEmpty()) {
      return notYet(
          domain,
          "its recipient list is not available",
          "The recipient list of this domain is not available yet, try again later");
    }
    if (!isAuthoritative(domain)
        || LocalParts.everyDomainHas(LocalParts.normal(localPart))
        || ListedRecipient.find(list.get(), domain, localPart).isPresent()) {
      return accepted;
    }
    return RecipientRefusal.recipientUnknown()
        .by(
            domain.getOrganization(),
            "",
            new Trail(domain.getOrganization())
                .matched(subject(domain), "domainType", "authoritative: all recipients are here")
                .failed(
                    subject(domain),
                    "recipientValidation",
                    "its list of "
                        + list.get().size()
                        + " recipients does not contain the address"
                        + (domain.getDisablePlusAddressInRecipients()
                            ? ""
                            : ", nor that before a \"+\""))
                .summary("Refused: " + domain.getDomain() + " has no such recipient"));
  }

  /** Whether the domain's list has the address, or that before a "+". */
  public static boolean isListed(Directory directory, AcceptedDomain domain, String localPart) {
    return directory
        .recipients(domain)
        .flatMap(list -> ListedRecipient.find(list, domain, localPart))
        .isPresent();
  }

  /** Of a newer writer's type nothing is refused for good. */
  public static boolean isAuthoritative(AcceptedDomain domain) {
    return domain.getDomainType() == AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED
        || domain.getDomainType() == AcceptedDomainType.AUTHORITATIVE;
  }

  private static InboundDecision notYet(AcceptedDomain domain, String why, String text) {
    return new RecipientRefusal(451, "4.3.0", text, NO_LIST, "")
        .by(
            domain.getOrganization(),
            "",
            new Trail(domain.getOrganization())
                .failed(subject(domain), "recipientValidation", why)
                .summary("Refused temporarily: " + domain.getDomain() + ": " + why));
  }

  private static String subject(AcceptedDomain domain) {
    return "accepted domain " + domain.getDomain();
  }
}
