package io.postern.delivery.attempt;

import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.RecipientOutcome;
import org.jspecify.annotations.Nullable;

/**
 * A recipient of one delivery. Its place in the delivery's envelope is nowhere a number, so nobody
 * takes it for the recipient index. Owner: the delivery's thread.
 */
public final class Recipient {
  /** Its place in the message's envelope, by which all records name it. */
  final int index;

  /** Its address, as MAIL's sender gave it, and the parameters of RCPT. */
  public final EnvelopeRecipient envelope;

  private @Nullable RecipientOutcome outcome;
  private @Nullable PutOff putOff;

  /**
   * A host's temporary refusal, by which it is settled where no further host decides about it.
   *
   * @param word with the number of its connection
   * @param host that was asked, as {@link Attempt#nextHost} counts them
   */
  record PutOff(RecipientOutcome.Builder word, ConnectionReport connection, int host) {}

  Recipient(int index, EnvelopeRecipient envelope) {
    this.index = index;
    this.envelope = envelope;
  }

  /** Null: it is not settled. */
  @Nullable RecipientOutcome outcome() {
    return outcome;
  }

  /** Once. */
  void settle(RecipientOutcome settled) {
    if (outcome != null) {
      throw new IllegalStateException("recipient settled twice");
    }
    outcome = settled;
  }

  /** Null: no host has put it off. */
  @Nullable PutOff putOff() {
    return putOff;
  }

  void putOff(PutOff last) {
    putOff = last;
  }
}
