package io.postern.contracts;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * Name of one accepted message, with the number of its home partition: by the id a reader finds
 * everything about the message (docs/design/the-log.md, "Home partition and content").
 *
 * <p>Form: 21 characters of {@code 0-9a-z}: partition (3), Unix milliseconds (9), random (9), each
 * in base 36. Lower case, safe in file names, Received headers and replies. Immutable; any thread.
 */
public record QueueId(int partition, String value) {
  private static final int PARTITION_CHARS = 3;
  private static final int TIME_CHARS = 9;
  private static final int RANDOM_CHARS = 9;
  private static final int LENGTH = PARTITION_CHARS + TIME_CHARS + RANDOM_CHARS;
  private static final int RADIX = 36;
  private static final int MAX_PARTITION = RADIX * RADIX * RADIX - 1;
  private static final long RANDOM_BOUND = 101_559_956_668_416L; // 36^9
  private static final SecureRandom RANDOM = new SecureRandom();

  public QueueId {
    check(value);
    if (partition != partitionOf(value)) {
      throw new IllegalArgumentException("queue id " + value + " is not of partition " + partition);
    }
  }

  /** A new id for a message whose home is {@code partition} (0 to 46,655). */
  public static QueueId next(int partition) {
    return next(partition, System.currentTimeMillis());
  }

  /**
   * @param createdMillis now, by a clock that is trusted
   */
  public static QueueId next(int partition, long createdMillis) {
    if (partition < 0 || partition > MAX_PARTITION) {
      throw new IllegalArgumentException("partition out of range: " + partition);
    }
    return of(partition, createdMillis, RANDOM.nextLong(RANDOM_BOUND));
  }

  /** The id with these parts. */
  public static QueueId of(int partition, long createdMillis, long random) {
    return new QueueId(
        partition,
        base36(partition, PARTITION_CHARS)
            + base36(createdMillis, TIME_CHARS)
            + base36(random, RANDOM_CHARS));
  }

  /**
   * The id of a message that we write ourselves because of another one, such as a DSN: the same
   * cause at the same time gives the same id, so that written twice is seen to be once.
   *
   * @param cause the reason for the message, unique within the partition
   * @param atMillis when it was asked for, Unix milliseconds
   */
  public static QueueId derived(int partition, String cause, long atMillis) {
    byte[] hash = Fingerprints.sha256(cause.getBytes(StandardCharsets.UTF_8));
    return of(partition, atMillis, Math.floorMod(ByteBuffer.wrap(hash).getLong(), RANDOM_BOUND));
  }

  /**
   * Reads an id.
   *
   * @throws IllegalArgumentException when the text is no queue id
   */
  public static QueueId parse(String value) {
    check(value);
    return new QueueId(partitionOf(value), value);
  }

  /** When the id was made by its writer's clock, Unix milliseconds. */
  public long createdMillis() {
    return Long.parseLong(value, PARTITION_CHARS, PARTITION_CHARS + TIME_CHARS, RADIX);
  }

  /** The random part. */
  public long random() {
    return Long.parseLong(value, PARTITION_CHARS + TIME_CHARS, LENGTH, RADIX);
  }

  @Override
  public String toString() {
    return value;
  }

  private static int partitionOf(String value) {
    return Integer.parseInt(value, 0, PARTITION_CHARS, RADIX);
  }

  private static void check(String value) {
    if (value.length() != LENGTH) {
      throw new IllegalArgumentException(
          "a queue id has " + LENGTH + " characters, not " + value.length());
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = value.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'z')) {
        throw new IllegalArgumentException("a queue id has only 0-9 and a-z");
      }
    }
  }

  private static String base36(long number, int width) {
    String digits = Long.toString(number, RADIX).toLowerCase(Locale.ROOT);
    return "0".repeat(width - digits.length()) + digits;
  }
}
