package io.postern.log.rules;

import java.time.Duration;

/**
 * How long a replica of ingress seals contents with one key (docs/design/the-log.md, "Sealed
 * contents"). The log forgets a key after the time of contents, counted from the key's own record:
 * what is sealed last with it is readable for {@link #PERIOD} less. Immutable; pure.
 */
public final class KeyUse {
  /** Nothing is sealed with a key that is older. */
  public static final Duration PERIOD = Duration.ofHours(6);

  /** The next key is made so long before. */
  private static final Duration AHEAD = Duration.ofHours(1);

  private final long since;

  /**
   * @param since before the key's record was sent, in nanoseconds of a clock that counts sleep
   */
  public KeyUse(long since) {
    this.since = since;
  }

  /**
   * Whether a content may be sealed with the key now.
   *
   * @param now by the same clock
   */
  public boolean usable(long now) {
    return now - since < PERIOD.toNanos();
  }

  /** Whether the next key is to be made. */
  public boolean due(long now) {
    return now - since >= PERIOD.minus(AHEAD).toNanos();
  }
}
