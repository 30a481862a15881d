package io.postern.policy.scheduler;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;

/**
 * Words for what becomes of a control, and reasons of states that the scheduler itself brings
 * about. Each control is answered for each of its recipients by an outcome with its control id: the
 * new state, or, where there is none, kind 0 (unspecified) and one of these reasons, which is no
 * change of state.
 */
final class Answers {
  /** It is too late: a next hop has the message. */
  static final String ALREADY_DELIVERED = "already-delivered";

  /** It is too late: the message has failed, or its sender was told that it is cancelled. */
  static final String ALREADY_FAILED = "already-failed";

  static final String ALREADY_HELD = "already-held";
  static final String NOT_HELD = "not-held";

  /** An attempt is open, or the first one is: obeyed at its outcome. */
  static final String REMEMBERED = "remembered";

  /** It was remembered, and another control came before it was obeyed. */
  static final String SUPERSEDED = "superseded";

  /** The hold that was remembered is forgotten. */
  static final String TAKEN_BACK = "taken-back";

  /** It was remembered, and no first attempt ended while it was. */
  static final String NOTHING_TO_DO = "nothing-to-do";

  static final String RETRIED = "retried";

  /** There is no room to remember it: recipients that it would have waited for do not get it. */
  static final String TOO_MANY = "too-many-remembered";

  /** The index in an answer for those recipients of a message that have no entry. */
  static final int NO_RECIPIENT = -1;

  static final String OTHER_ORGANIZATION = "other-organization";
  static final String NOT_UNDERSTOOD = "not-understood";

  // Reasons of states.
  static final String ADMINISTRATOR = "administrator";
  static final String HOLD_LIMIT = "hold-limit";

  private Answers() {}

  static RecipientOutcome of(int recipient, String reason) {
    return state(recipient, OutcomeKind.OUTCOME_KIND_UNSPECIFIED, reason);
  }

  static RecipientOutcome state(int recipient, OutcomeKind kind, String reason) {
    return RecipientOutcome.newBuilder()
        .setRecipient(recipient)
        .setKind(kind)
        .setReason(reason)
        .build();
  }
}
