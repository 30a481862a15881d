package io.postern.log.rules;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import java.util.function.BooleanSupplier;

/**
 * The rule by which outcomes of one partition of {@code mail.outcomes} count, recipient by
 * recipient, for a reader that reads them in the log's order. PartitionTaken names the owner in
 * force from there on. Of any other owner only <em>delivered</em> counts, and an outcome that
 * follows its own <em>still open</em> that counted.
 *
 * <p>Owner: one thread.
 */
public final class OutcomeRule {
  /** The weight of an outcome. */
  public enum Count {
    COUNTS,
    /** <em>Delivered</em> by an owner that had lost the partition; it counts. */
    LATE,
    SKIPPED
  }

  private Owner inForce;

  /**
   * @param inForce the owner at the offset that is read first; {@link Owner#NOBODY}: not known
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
   * @param owner {@link Owner#NOBODY}: of a copy of content, which counts from any writer
   * @param afterStillOpen it says that it follows a "still open"
   * @param stillOpenCounted whether that one of the same owner, attempt and recipient counted, and
   *     nothing has followed it; asked where it matters
   */
  public Count of(
      Owner owner, OutcomeKind kind, boolean afterStillOpen, BooleanSupplier stillOpenCounted) {
    if (kind == OutcomeKind.MOVED) {
      return Count.COUNTS;
    }
    // An owner writes after its PartitionTaken: a reader that began behind that record learns the
    // owner here.
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
