package io.postern.contracts;

import org.jspecify.annotations.Nullable;

/**
 * Position of a delivery replica in a partition (docs/design/the-log.md). It travels in the
 * metadata of the committed offset; {@code next} is the committed offset itself. Immutable.
 *
 * @param next offset of the first Decision that may be unfinished
 * @param marks of the chain, before that Decision
 * @param outcomesFrom offset of {@code mail.outcomes} before which no outcome stands of that
 *     Decision or of a later one
 * @param ownerThere the owner in force at that offset
 * @param era of the group's generations
 * @param released its owner gave the partition up: the taker need not wait
 * @param lease beginning of the lease that the commit proves; null: no commit has ever
 */
public record DeliveryPosition(
    long next,
    Marks marks,
    long outcomesFrom,
    Owner ownerThere,
    int era,
    boolean released,
    @Nullable LeaseBeginning lease) {
  private static final String VERSION = "2";
  private static final String RELEASED = "r";
  private static final String OWNED = "o";
  private static final int FIELDS = 10;
  private static final int MOST_CHARS = 400;

  /**
   * Beginning of a commit, by clocks that another process on the same machine shares.
   *
   * @param boot names the machine's start: 1 to 64 letters, digits and hyphens; empty: not known
   * @param monotonicNanos since that start
   * @param wallMillis Unix milliseconds
   */
  public record LeaseBeginning(String boot, long monotonicNanos, long wallMillis) {
    public LeaseBeginning {
      if (!boot.matches("[0-9A-Za-z-]{0,64}")) {
        throw new IllegalArgumentException("a boot id has letters, digits and hyphens");
      }
    }
  }

  public DeliveryPosition {
    if (next < 0 || outcomesFrom < 0 || era < 0) {
      throw new IllegalArgumentException("offsets and eras are not negative");
    }
  }

  /** Of a partition that nobody has ever owned. */
  public static DeliveryPosition first(long next) {
    return new DeliveryPosition(next, Marks.NONE, 0, Owner.NOBODY, 0, false, null);
  }

  /** The metadata: at most 400 printable characters. */
  public String encode() {
    return String.join(
        "/",
        VERSION,
        released ? RELEASED : OWNED,
        Long.toString(marks.accepted()),
        Long.toString(marks.due()),
        Long.toString(outcomesFrom),
        ownerThere.toString(),
        Integer.toString(era),
        lease == null ? "" : lease.boot(),
        lease == null ? "" : Long.toString(lease.monotonicNanos()),
        lease == null ? "" : Long.toString(lease.wallMillis()));
  }

  /**
   * Reads a committed offset and its metadata; none: nobody has ever owned the partition.
   *
   * @throws IllegalArgumentException for metadata of another version or none of ours, and for none
   *     behind the beginning: guessing would deliver twice, or not at all
   */
  public static DeliveryPosition decode(long committedOffset, @Nullable String metadata) {
    if (metadata == null || metadata.isEmpty()) {
      if (committedOffset != 0) {
        throw new IllegalArgumentException(
            "the delivery position "
                + committedOffset
                + " has lost its metadata: it was set by another program, and every later Decision "
                + "would be skipped");
      }
      return first(0);
    }
    String[] fields = metadata.length() > MOST_CHARS ? new String[0] : metadata.split("/", -1);
    // A format belongs to a contract level: a version that adds one reads this one too.
    if (fields.length != FIELDS || !fields[0].equals(VERSION)) {
      throw new IllegalArgumentException(
          "the delivery position was written by another version of Postern and cannot be read: "
              + "deliver its mail with that version, or start with empty topics");
    }
    if (!fields[1].equals(RELEASED) && !fields[1].equals(OWNED)) {
      throw new IllegalArgumentException("a delivery position is neither owned nor released");
    }
    try {
      return new DeliveryPosition(
          committedOffset,
          new Marks(Long.parseLong(fields[2]), Long.parseLong(fields[3])),
          Long.parseLong(fields[4]),
          Owner.parse(fields[5]),
          Integer.parseInt(fields[6]),
          fields[1].equals(RELEASED),
          fields[8].isEmpty()
              ? null
              : new LeaseBeginning(
                  fields[7], Long.parseLong(fields[8]), Long.parseLong(fields[9])));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a delivery position has a field that is not a number", e);
    }
  }
}
