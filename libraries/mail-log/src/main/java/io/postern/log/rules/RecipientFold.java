package io.postern.log.rules;

import io.postern.contracts.v1.OutcomeKind;
import org.jspecify.annotations.Nullable;

/**
 * Fold of one recipient's records into its state, each topic in its order and the topics in any
 * (docs/design/the-log.md, "Accounting"): any delivered wins; of all others the scheduler's word is
 * the last.
 *
 * <p>Owner: one thread.
 *
 * @param <T> facts that the caller keeps of a state
 */
public final class RecipientFold<T> {
  /** All that was read so far; a fold that begins with it goes on as this one would. */
  public record Memory<T>(
      @Nullable T delivered,
      @Nullable T last,
      @Nullable OutcomeKind lastKind,
      int lastAttempt,
      @Nullable T own,
      @Nullable OutcomeKind ownKind,
      int ownAttempt,
      int askedFor) {}

  private @Nullable T delivered;
  private @Nullable T last;
  private @Nullable OutcomeKind lastKind;
  private int lastAttempt = -1;
  private @Nullable T own;
  private @Nullable OutcomeKind ownKind;
  private int ownAttempt = -1;
  private int askedFor;

  /** Of a recipient of whom nothing was read. */
  public RecipientFold() {}

  public RecipientFold(Memory<T> memory) {
    delivered = memory.delivered();
    last = memory.last();
    lastKind = memory.lastKind();
    lastAttempt = memory.lastAttempt();
    own = memory.own();
    ownKind = memory.ownKind();
    ownAttempt = memory.ownAttempt();
    askedFor = memory.askedFor();
  }

  public Memory<T> memory() {
    return new Memory<>(delivered, last, lastKind, lastAttempt, own, ownKind, ownAttempt, askedFor);
  }

  /** An answer to an administrator, the place of a copy and "not notified" are nobody's state. */
  public static boolean isState(OutcomeKind kind) {
    return kind != OutcomeKind.OUTCOME_KIND_UNSPECIFIED
        && kind != OutcomeKind.MOVED
        && kind != OutcomeKind.NOT_NOTIFIED;
  }

  /** A state and the caller's facts. */
  public record State<T>(OutcomeKind kind, T facts) {}

  /** Takes an outcome of mail.outcomes that counts, or is late, if it is a state. */
  public void outcome(OutcomeKind kind, int attempt, T facts) {
    if (!isState(kind)) {
      return;
    }
    if (kind == OutcomeKind.DELIVERED) {
      delivered = facts;
    } else if (attempt >= lastAttempt) {
      last = facts;
      lastKind = kind;
      lastAttempt = attempt;
    }
  }

  /** Takes an outcome that the scheduler wrote itself, if it is a state. */
  public void own(OutcomeKind kind, int attempt, T facts) {
    if (!isState(kind)) {
      return;
    }
    own = facts;
    ownKind = kind;
    ownAttempt = Math.max(ownAttempt, attempt);
  }

  /** The scheduler asked for an attempt. */
  public void askedFor(int attempt) {
    askedFor = Math.max(askedFor, attempt);
  }

  /** Whether an outcome but delivered of this attempt is annulled. */
  public boolean annuls(int attempt) {
    return attempt <= Math.max(askedFor - 1, ownAttempt);
  }

  /** The last one that counts; null: there is none. */
  public @Nullable State<T> state() {
    T taken = delivered;
    if (taken != null) {
      return new State<>(OutcomeKind.DELIVERED, taken);
    }
    OutcomeKind kind = ownAttempt >= lastAttempt ? ownKind : lastKind;
    T facts = ownAttempt >= lastAttempt ? own : last;
    if (kind == null || facts == null || annulledEnd(kind)) {
      return null;
    }
    return new State<>(kind, facts);
  }

  private boolean annulledEnd(OutcomeKind kind) {
    return switch (kind) {
      case FAILED -> annuls(lastAttempt);
      case EXPIRED_OUTCOME, CANCELLED -> askedFor > ownAttempt;
      default -> false;
    };
  }
}
