package io.postern.rules.recipients;

import io.postern.contracts.v1.AcceptedDomain;
import java.util.Optional;

/**
 * The entry of a recipient in its domain's list. The address itself counts first; then, unless the
 * domain says {@code disablePlusAddressInRecipients}, the part before the first "+", as in
 * Exchange.
 *
 * @param route that the entry names; empty: none
 */
public record ListedRecipient(String route) {
  /**
   * @param localPart as given
   */
  public static Optional<ListedRecipient> find(
      RecipientList list, AcceptedDomain domain, String localPart) {
    String normal = LocalParts.normal(localPart);
    Optional<String> route = list.route(normal);
    if (route.isEmpty() && !domain.getDisablePlusAddressInRecipients()) {
      String plain = LocalParts.withoutTag(normal);
      route = plain.equals(normal) ? route : list.route(plain);
    }
    return route.map(ListedRecipient::new);
  }
}
