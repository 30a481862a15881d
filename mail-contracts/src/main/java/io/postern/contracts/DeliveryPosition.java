package io.postern.contracts;

import java.util.Base64;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a delivery replica stands in a partition: the first offset not finished, and which offsets
 * beyond it are, because SMTP sessions end out of order (log-mechanics §5). It travels in the
 * metadata of the committed offset; {@code next} is the committed offset itself.
 *
 * <p>Immutable: the bit set is copied in and out.
 *
 * @param next first offset that may be unfinished
 * @param finishedBeyond bit i: offset {@code next + i} is finished
 * @param released the owner gave the partition up; its taker need not wait
 */
public record DeliveryPosition(long next, BitSet finishedBeyond, boolean released) {
  /** Kafka's bound for offset metadata (offset.metadata.max.bytes). */
  public static final int MAX_METADATA_CHARS = 4096;

  private static final char VERSION = '1';
  private static final char RELEASED = 'r';
  private static final char OWNED = 'o';
  private static final int MAX_BYTES = (MAX_METADATA_CHARS - 2) / 4 * 3;

  public DeliveryPosition {
    if (next < 0) {
      throw new IllegalArgumentException("an offset is not negative: " + next);
    }
    finishedBeyond = (BitSet) finishedBeyond.clone();
  }

  @Override
  public BitSet finishedBeyond() {
    return (BitSet) finishedBeyond.clone();
  }

  /** Whether the delivery at this offset need not be done again. */
  public boolean finished(long offset) {
    return offset < next
        || offset - next < finishedBeyond.length() && finishedBeyond.get((int) (offset - next));
  }

  /**
   * The metadata: version, released or owned, bits in base64.
   *
   * @throws IllegalStateException beyond {@link #MAX_METADATA_CHARS} (more than 24,000 offsets
   *     apart); the window of 10,000 keeps an owner far below
   */
  public String encode() {
    byte[] bits = finishedBeyond.toByteArray();
    if (bits.length > MAX_BYTES) {
      throw new IllegalStateException("finished offsets span " + finishedBeyond.length());
    }
    return ""
        + VERSION
        + (released ? RELEASED : OWNED)
        + Base64.getEncoder().withoutPadding().encodeToString(bits);
  }

  /**
   * Reads a committed offset and its metadata; none means that nothing beyond is finished.
   *
   * @throws IllegalArgumentException for metadata of another version or none of ours: guessing
   *     would deliver twice
   */
  public static DeliveryPosition decode(long committedOffset, @Nullable String metadata) {
    if (metadata == null || metadata.isEmpty()) {
      return new DeliveryPosition(committedOffset, new BitSet(), false);
    }
    if (metadata.length() < 2
        || metadata.length() > MAX_METADATA_CHARS
        || metadata.charAt(0) != VERSION) {
      throw new IllegalArgumentException("delivery position of an unknown version");
    }
    char owner = metadata.charAt(1);
    if (owner != RELEASED && owner != OWNED) {
      throw new IllegalArgumentException("delivery position is neither owned nor released");
    }
    BitSet bits = BitSet.valueOf(Base64.getDecoder().decode(metadata.substring(2)));
    return new DeliveryPosition(committedOffset, bits, owner == RELEASED);
  }
}
