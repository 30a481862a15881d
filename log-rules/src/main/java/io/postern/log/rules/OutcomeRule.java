package io.postern.log.rules;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import java.util.function.BooleanSupplier;

/**
 * Which outcomes of one partition of {@code mail.outcomes} count, recipient by recipient, for
 * whoever reads them in the log's order. PartitionTaken names the owner from there on; of any other
 * owner only <em>delivered</em> counts, and what follows its own <em>still open</em> that counted.
 *
 * <p>Owner: one thread.
 */
public final class OutcomeRule {
  /** What an outcome is worth. */
  public enum Count {
    COUNTS,
    /** <em>Delivered</em> by an owner who had lost the partition. */
    LATE,
    SKIPPED
  }

  private Owner inForce;

  /**
   * @param inForce the owner at the offset that is read first; of a reader who begins somewhere:
   *     {@link Owner#NOBODY}
   */
  public OutcomeRule(Owner inForce) {
    this.inForce = inForce;
  }

  public Owner inForce() {
    return inForce;
  }

  /**
   * PartitionTaken was read.
   *
   * @return false: it is not later than the one before, and is skipped
   */
  public boolean taken(Owner by) {
    if (!by.after(inForce)) {
      return false;
    }
    inForce = by;
    return true;
  }

  /**
   * One recipient's outcome was read.
   *
   * @param owner {@link Owner#NOBODY}: a copy of content, which counts whoever writes it
   * @param afterStillOpen it says that it follows a "still open"
   * @param stillOpenCounted whether that one of the same owner, attempt and recipient counted, and
   *     nothing has followed it; asked where it matters
   */
  public Count of(
      Owner owner, OutcomeKind kind, boolean afterStillOpen, BooleanSupplier stillOpenCounted) {
    if (kind == OutcomeKind.MOVED) {
      return Count.COUNTS;
    }
    // An owner writes when its PartitionTaken is in the log: whoever began behind that one learns
    // of it so.
    if (owner.after(inForce)) {
      inForce = owner;
    }
    if (owner.equals(inForce)) {
      return Count.COUNTS;
    }
    if (kind != OutcomeKind.STILL_OPEN && afterStillOpen && stillOpenCounted.getAsBoolean()) {
      return Count.COUNTS;
    }
    return kind == OutcomeKind.DELIVERED ? Count.LATE : Count.SKIPPED;
  }
}
