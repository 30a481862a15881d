package io.postern.operator.hybrid;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the mail to each accepted domain of an organization goes, by the rules of mail: the servers
 * must send none to us that we send back to them. Immutable.
 *
 * @param there by a hybrid connector to the servers; recipients of a list may be here
 * @param here by the domain's mailbox route
 * @param elsewhere by another connector, or held
 */
record DomainPlaces(List<String> there, List<String> here, List<String> elsewhere) {

  /**
   * @param domains accepted domains of the organization
   * @param hybrid names of its outbound connectors to the servers
   */
  static DomainPlaces of(
      Directory directory, String organization, List<String> domains, List<String> hybrid) {
    Directory routes =
        Directory.of(
            directory.objects().stream().map(DomainPlaces::withoutList).toList(), -1, Map.of());
    List<String> there = new ArrayList<>();
    List<String> here = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    for (String domain : domains) {
      OutboundDecision decision =
          OutboundRules.decide(
              routes, OutboundMail.to(organization, Direction.ORIGINATING, domain).withoutRules());
      if (!(decision instanceof OutboundDecision.Deliver deliver)) {
        elsewhere.add(domain);
      } else if (deliver.connector().isEmpty()) {
        here.add(domain);
      } else {
        (hybrid.contains(deliver.connector()) ? there : elsewhere).add(domain);
      }
    }
    return new DomainPlaces(List.copyOf(there), List.copyOf(here), List.copyOf(elsewhere));
  }

  /** The caller's directory has no lists of recipients, and a domain without its list is held. */
  private static DirectoryObject withoutList(DirectoryObject object) {
    return object.getAcceptedDomain().getRecipientValidation()
            == RecipientValidation.RECIPIENT_VALIDATION_LIST
        ? object.toBuilder()
            .setAcceptedDomain(object.getAcceptedDomain().toBuilder().clearRecipientValidation())
            .build()
        : object;
  }
}
