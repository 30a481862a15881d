package io.postern.log.rules;

import io.postern.contracts.Owner;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that was handed over to the scheduler's watch: its "still open" and the outcome that
 * follows. Owner: the ledger's thread.
 *
 * @param <P> the caller's form of an outcome
 */
public final class Handover<P> {
  private Owner owner = Owner.NOBODY;
  private boolean acknowledged;
  @Nullable OutgoingOutcome<P>
      waiting; // the outcome that follows, until the "still open" is acknowledged

  /** The log has the "still open": its Decision is finished, and the outcome behind it counts. */
  public boolean acknowledged() {
    return acknowledged;
  }

  /** The writer of the "still open"; the outcome behind it names the same owner. */
  Owner owner() {
    return owner;
  }

  void writtenBy(Owner writer) {
    owner = writer;
  }

  void acknowledge() {
    acknowledged = true;
  }
}
