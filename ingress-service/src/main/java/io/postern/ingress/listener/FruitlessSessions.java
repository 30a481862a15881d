package io.postern.ingress.listener;

import io.postern.bounds.Levels;
import io.postern.ingress.source.Source;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The number of sessions of each source that brought no message lately, except those whose messages
 * we could not take ({@link io.postern.ingress.session.SmtpSession#fruitful}); likewise of refused
 * connections ({@link ConnectionRefusals}). Connections and handshakes cost the CPU that all
 * sessions share, and anybody may begin them without end. A source with more than {@value #FREE}
 * waits for its next greetings (RFC 5321 §4.5.3.2.1 gives a client five minutes), each in its place
 * among the connections that it may have. Every second one is forgotten.
 *
 * <p>Anybody who connects can fill it: beyond {@value #MOST} sources it forgets the one seen
 * longest ago. Others notice nothing, and honest clients at the same address get a late greeting.
 * Thread-safe, never blocks.
 */
final class FruitlessSessions {
  static final int FREE = 60;
  static final int MOST = 10_000;
  static final Duration PAUSE = Duration.ofSeconds(2);

  private static final long SECOND_NANOS = 1_000_000_000;

  private final Levels<Source> levels; // a second for each session

  FruitlessSessions() {
    this(System::nanoTime);
  }

  FruitlessSessions(LongSupplier nanos) {
    levels = new Levels<>(MOST, nanos);
  }

  /** Counts a session of the source that has ended and brought no message. */
  synchronized void add(Source source) {
    long room = 2 * FREE * SECOND_NANOS - levels.level(source);
    levels.change(source, Math.min(SECOND_NANOS, room));
  }

  /** The wait of the source's next session for its greeting. */
  synchronized Duration pause(Source source) {
    return levels.level(source) > FREE * SECOND_NANOS ? PAUSE : Duration.ZERO;
  }
}
