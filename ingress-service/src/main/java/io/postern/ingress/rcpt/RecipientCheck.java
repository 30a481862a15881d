package io.postern.ingress.rcpt;

import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;

/**
 * One check of a recipient at RCPT: it accepts, refuses, or waits for an answer. What it takes for
 * a recipient (a count, memory, a place) is its own, and {@link #giveBack} returns it. It calls no
 * check before it and knows no connection. Owner: the session's thread, for one mail transaction.
 */
@FunctionalInterface
public interface RecipientCheck {
  Result ACCEPTED = new Accepted();

  /** About a candidate that all checks before have accepted; asked again after a wait. */
  Result check(Candidate candidate);

  /** A later check refused the candidate: gives back all that this one took for it. */
  default void giveBack(Candidate candidate) {}

  /** What a check says. */
  sealed interface Result {}

  record Accepted() implements Result {}

  record Refused(Refusal refusal) implements Result {}

  /** An answer from elsewhere is needed: the check is asked again when the wait is over. */
  @FunctionalInterface
  non-sealed interface Wait extends Result {
    /**
     * Blocks within the check's patience.
     *
     * @param ahead the recipients whose RCPT has arrived already (RFC 2920 §3.1): answers about
     *     them may be asked for as well
     */
    void await(Iterable<Address> ahead);
  }

  static Result refused(Refusal refusal) {
    return new Refused(refusal);
  }

  static Result refused(InboundDecision.Refuse refusal) {
    return new Refused(Refusal.of(refusal));
  }
}
