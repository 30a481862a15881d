package io.postern.operator.trace;

import io.postern.contracts.v1.OutcomeKind;
import org.jspecify.annotations.Nullable;

/**
 * Fold of one recipient's records into its state, each topic in its order (docs/design/the-log.md,
 * "Accounting"): any delivered wins; of all others the scheduler's word is the last.
 *
 * @param <T> facts that the caller keeps of a state
 */
final class RecipientFold<T> {
  private @Nullable T delivered;
  private @Nullable T last;
  private @Nullable OutcomeKind lastKind;
  private int lastAttempt = -1;
  private @Nullable T own;
  private @Nullable OutcomeKind ownKind;
  private int ownAttempt = -1;
  private int askedFor;

  /** An answer to an administrator, the place of a copy and "not notified" are nobody's state. */
  static boolean isState(OutcomeKind kind) {
    return kind != OutcomeKind.OUTCOME_KIND_UNSPECIFIED
        && kind != OutcomeKind.MOVED
        && kind != OutcomeKind.NOT_NOTIFIED;
  }

  /** A state and the caller's facts. */
  record State<T>(OutcomeKind kind, T facts) {}

  /** Takes an outcome of mail.outcomes that counts, or is late, if it is a state. */
  void outcome(OutcomeKind kind, int attempt, T facts) {
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
  void own(OutcomeKind kind, int attempt, T facts) {
    if (!isState(kind)) {
      return;
    }
    own = facts;
    ownKind = kind;
    ownAttempt = Math.max(ownAttempt, attempt);
  }

  /** The scheduler asked for an attempt. */
  void askedFor(int attempt) {
    askedFor = Math.max(askedFor, attempt);
  }

  /** Whether an outcome but delivered of this attempt is annulled. */
  boolean annuls(int attempt) {
    return attempt <= Math.max(askedFor - 1, ownAttempt);
  }

  /** The last one that counts; null: there is none. */
  @Nullable State<T> state() {
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
