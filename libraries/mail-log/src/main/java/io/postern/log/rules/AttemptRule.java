package io.postern.log.rules;

import io.postern.contracts.Owner;

/**
 * The rule by which an outcome that counts closes a recipient: it must be the outcome of the open
 * attempt, by the scheduler's entry. <em>Delivered</em> closes a recipient whatever the entry says.
 * Pure.
 */
public final class AttemptRule {
  /** The state of a recipient by the scheduler's entry. */
  public enum Entry {
    /** There is no entry: the first attempt may be open. */
    NONE,
    /** The scheduler has asked for an attempt. */
    OPEN,
    /** The owner has handed the attempt over, and its session may go on. */
    WATCHED,
    /** No attempt is open: the recipient waits, is held, or was delivered. */
    CLOSED
  }

  private AttemptRule() {}

  /**
   * @param entryAttempt the entry's last attempt
   * @param watchedBy of {@link Entry#WATCHED}: the owner that wrote the "still open"
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
