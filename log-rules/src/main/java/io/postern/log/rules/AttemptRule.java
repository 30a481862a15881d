package io.postern.log.rules;

import io.postern.contracts.Owner;

/**
 * Whether an outcome that counts is that of a recipient's open attempt, as the scheduler's entry
 * says. <em>Delivered</em> closes a recipient whatever the entry says. Pure.
 */
public final class AttemptRule {
  /** What the scheduler knows of a recipient. */
  public enum Entry {
    /** Nothing: its first attempt may be open. */
    NONE,
    /** An attempt was asked for. */
    OPEN,
    /** The attempt was handed over, and its owner's session may go on. */
    WATCHED,
    /** No attempt is open: it waits, is held, or was delivered. */
    CLOSED
  }

  private AttemptRule() {}

  /**
   * @param entryAttempt the entry's last attempt
   * @param watchedBy of {@link Entry#WATCHED}: the owner whose "still open" it was
   * @param afterStillOpen the outcome says that it follows a "still open"
   */
  public static boolean isOfOpenAttempt(
      Entry entry,
      int entryAttempt,
      Owner watchedBy,
      int attempt,
      Owner owner,
      boolean afterStillOpen) {
    return switch (entry) {
      case NONE -> attempt <= 1 && !afterStillOpen;
      case OPEN -> entryAttempt == attempt && !afterStillOpen;
      case WATCHED -> entryAttempt == attempt && afterStillOpen && watchedBy.equals(owner);
      case CLOSED -> false;
    };
  }
}
