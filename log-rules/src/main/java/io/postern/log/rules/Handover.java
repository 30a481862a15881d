package io.postern.log.rules;

import io.postern.contracts.Owner;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that was handed over to the scheduler's watch: its "still open" and what follows it.
 * Owner: the ledger's thread.
 *
 * @param <P> what the caller writes
 */
public final class Handover<P> {
  private Owner owner = Owner.NOBODY;
  private boolean acknowledged;
  @Nullable Outgoing<P> waiting; // what follows, until the "still open" is acknowledged

  /** The log has the "still open": its Decision is finished, and what follows counts. */
  public boolean acknowledged() {
    return acknowledged;
  }

  /** Whoever wrote the "still open": what follows names the same. */
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
