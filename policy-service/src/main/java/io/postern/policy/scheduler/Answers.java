package io.postern.policy.scheduler;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;

/**
 * The reasons in answers to controls; those of states are in {@link io.postern.contracts.Reasons}.
 * An outcome with the control's id answers it for each of its recipients: with the new state, or,
 * if the state stays, with kind 0 (unspecified) and one of these reasons.
 */
final class Answers {
  /** It is too late: a next hop has the message. */
  static final String ALREADY_DELIVERED = "already-delivered";

  /** It is too late: the recipient has failed, or was cancelled. */
  static final String ALREADY_FAILED = "already-failed";

  static final String ALREADY_HELD = "already-held";
  static final String NOT_HELD = "not-held";

  /** An attempt may be open: the scheduler obeys at its outcome. */
  static final String REMEMBERED = "remembered";

  /** Another control came before the scheduler could obey this one. */
  static final String SUPERSEDED = "superseded";

  /** A release has taken back the remembered hold. */
  static final String TAKEN_BACK = "taken-back";

  /** No first attempt ended while the control was remembered. */
  static final String NOTHING_TO_DO = "nothing-to-do";

  static final String RETRIED = "retried";

  /** There is no room to remember it: it does not reach the recipients without an entry. */
  static final String TOO_MANY = "too-many-remembered";

  /** The index in an answer for those recipients of a message that have no entry. */
  static final int NO_RECIPIENT = -1;

  static final String OTHER_ORGANIZATION = "other-organization";

  /** A control of one organization's mail came before the first attempt's end: ask again. */
  static final String ORGANIZATION_UNKNOWN = "organization-unknown";

  static final String NOT_UNDERSTOOD = "not-understood";

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
