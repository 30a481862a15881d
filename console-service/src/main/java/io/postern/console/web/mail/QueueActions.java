package io.postern.console.web.mail;

import io.postern.console.search.Found;
import io.postern.console.web.frame.Frame;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the reader may ask of a message that waits or is held. Stateless. */
public final class QueueActions {
  static final List<String> ALL = List.of("retry", "hold", "release", "cancel");

  private QueueActions() {}

  /**
   * A request that makes sense now.
   *
   * @param organization whose mail alone is meant; empty: all
   */
  public record Action(String name, String organization, String link) {}

  /** An operator asks for the whole message, another reader for an organization's recipients. */
  static List<Action> of(String queueId, List<Found.RecipientView> recipients, Frame f) {
    Set<String> organizations = new LinkedHashSet<>();
    for (Found.RecipientView recipient : recipients) {
      String organization = recipient.organization() == null ? "" : recipient.organization();
      if (f.mayChange(organization)) {
        organizations.add(f.isOperator() ? "" : organization);
      }
    }
    List<Action> actions = new ArrayList<>();
    for (String organization : organizations) {
      Set<String> states = states(recipients, organization);
      for (String action : ALL) {
        if (isPossible(action, states)) {
          actions.add(new Action(action, organization, link(queueId, action, organization)));
        }
      }
    }
    return actions;
  }

  static String link(String queueId, String action, String organization) {
    return "/messages/"
        + queueId
        + "/control/"
        + action
        + (organization.isEmpty() ? "" : "?organization=" + Frame.encoded(organization));
  }

  private static Set<String> states(List<Found.RecipientView> recipients, String organization) {
    Set<String> states = new LinkedHashSet<>();
    for (Found.RecipientView recipient : recipients) {
      if (organization.isEmpty() || organization.equals(recipient.organization())) {
        states.add(recipient.state());
      }
    }
    return states;
  }

  private static boolean isPossible(String action, Set<String> states) {
    return switch (action) {
      case "release" -> states.contains("held");
      case "cancel" -> states.contains("waiting") || states.contains("held");
      default -> states.contains("waiting");
    };
  }
}
