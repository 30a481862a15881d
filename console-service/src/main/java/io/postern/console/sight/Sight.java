package io.postern.console.sight;

import io.postern.api.Caller;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a reader sees of mail (G8), said here alone.
 *
 * <table>
 *   <caption>An organization's reader sees</caption>
 *   <tr><td>a message<td>if a recipient of it is the organization's
 *   <tr><td>a recipient<td>if its group, or the incoming group below that, is the organization's:
 *       the sender's organization, and the recipient's
 *   <tr><td>a decision (connector, explanation, requirement, route, attempts with host, reply and
 *       evidence)<td>if the organization's own connectors decided; of the other's decision it sees
 *       the recipient's state alone
 *   <tr><td>a refusal<td>if it was decided for the organization; if it was decided for nobody, and
 *       a connector of the organization in report-only mode would have decided it, without the
 *       explanation
 * </table>
 *
 * An operator sees all. Immutable; any thread.
 *
 * @param organizations of the reader; empty: all
 */
public record Sight(Optional<Set<String>> organizations) {
  public Sight {
    organizations = organizations.map(Set::copyOf);
  }

  public static Sight of(Caller caller) {
    return new Sight(caller.organizations());
  }

  public static Sight everything() {
    return new Sight(Optional.empty());
  }

  public boolean isLimited() {
    return organizations.isPresent();
  }

  /** The organization's own: its decisions, its refusals. */
  public boolean sees(String organization) {
    return organizations.map(mine -> mine.contains(organization)).orElse(true);
  }

  /** A recipient of these two; the second one is empty where it is the first. */
  public boolean seesRecipient(String organization, String incomingOrganization) {
    return sees(organization) || sees(incomingOrganization);
  }

  /**
   * A refusal.
   *
   * @param organization for which it was decided; empty: for nobody
   * @param reportedOrganization for which it would have been with the connectors in report-only
   *     mode; empty: for nobody
   */
  public boolean seesRefusal(String organization, String reportedOrganization) {
    return sees(organization) || organization.isEmpty() && sees(reportedOrganization);
  }

  /** Indexes of the recipients that the reader sees; none: the reader does not see the message. */
  public Set<Integer> recipients(MessageAccepted message) {
    Set<Integer> seen = new TreeSet<>();
    for (RecipientGroup group : message.getGroupsList()) {
      if (seesRecipient(group.getOrganization(), incoming(group))) {
        seen.addAll(group.getRecipientsList());
      }
    }
    return seen;
  }

  private static String incoming(RecipientGroup group) {
    return group.hasIncoming() ? group.getIncoming().getOrganization() : "";
  }

  /**
   * Of each of its organizations; an unlimited one is itself. Together they see the same.
   *
   * @param wanted the only organization that is searched; empty: all
   */
  public List<Sight> each(String wanted) {
    return organizations
        .map(
            all ->
                all.stream()
                    .filter(one -> wanted.isEmpty() || wanted.equals(one))
                    .map(one -> new Sight(Optional.of(Set.of(one))))
                    .toList())
        .orElse(List.of(this));
  }

  /** For a query: the organizations' names. Of a limited sight alone. */
  public String[] names() {
    return organizations.orElseThrow().toArray(String[]::new);
  }
}
