package io.postern.log.rules;

import java.time.Duration;

/**
 * How long a replica of ingress seals contents with one key (docs/design/the-log.md, "Sealed
 * contents"). The log forgets a key after the time of contents, counted from the last record of the
 * key. That record is written again while the key is in use: a topic that lost it has it again, and
 * a key that the log does not take seals nothing soon after. Times are nanoseconds of a clock that
 * counts sleep. Immutable; pure.
 */
public final class KeyUse {
  /** Nothing is sealed with a key that is older. */
  public static final Duration PERIOD = Duration.ofHours(3);

  /** A key's record is written again so long after the last one. */
  public static final Duration AGAIN = Duration.ofMinutes(15);

  /** Nothing is sealed with a key whose last record that the log took is older. */
  public static final Duration CONFIRMED = Duration.ofMinutes(45);

  /** The next key is made so long before. */
  private static final Duration AHEAD = Duration.ofHours(1);

  private final long since;
  private final long written;

  /**
   * @param since before the key's first record was sent
   */
  public KeyUse(long since) {
    this(since, since);
  }

  private KeyUse(long since, long written) {
    this.since = since;
    this.written = written;
  }

  /** Whether a content may be sealed with the key now. */
  public boolean usable(long now) {
    return now - since < PERIOD.toNanos() && now - written < CONFIRMED.toNanos();
  }

  /** Whether the next key is to be made. */
  public boolean due(long now) {
    return now - since >= PERIOD.minus(AHEAD).toNanos();
  }

  /** Whether the key's record is to be written again: not when its time is over. */
  public boolean again(long now) {
    return now - since < PERIOD.toNanos() && now - written >= AGAIN.toNanos();
  }

  /**
   * The use of the same key, when the log has taken its record again.
   *
   * @param now before that record was sent
   */
  public KeyUse writtenAgain(long now) {
    return new KeyUse(since, now);
  }
}
