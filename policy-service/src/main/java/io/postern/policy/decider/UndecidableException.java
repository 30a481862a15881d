package io.postern.policy.decider;

import java.util.Collection;
import java.util.List;

/**
 * The failure of a record that can never be decided: its recipients are held. Not for an outage.
 *
 * <p>Administrators read the message: no content, no secret.
 */
final class UndecidableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Integer> recipients;
  private final String organization;
  private final int attempt;

  /**
   * @param recipients as far as they can be known
   */
  UndecidableException(
      String why, int attempt, String organization, Collection<Integer> recipients) {
    super(why);
    this.attempt = attempt;
    this.organization = organization;
    this.recipients = List.copyOf(recipients);
  }

  List<Integer> recipients() {
    return recipients;
  }

  String organization() {
    return organization;
  }

  int attempt() {
    return attempt;
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
