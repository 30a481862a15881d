package io.postern.ingress.listener;

import io.postern.ingress.source.Source;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
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

  private static final double FORGOTTEN_A_NANO = 1e-9;

  private final LongSupplier nanos;
  private final Map<Source, Level> levels =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, Level> eldest) {
          return size() > MOST;
        }
      };

  private record Level(double count, long at) {
    double now(long nanos) {
      return Math.max(0, count - (nanos - at) * FORGOTTEN_A_NANO);
    }
  }

  FruitlessSessions() {
    this(System::nanoTime);
  }

  FruitlessSessions(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Counts a session of the source that has ended and brought no message. */
  synchronized void add(Source source) {
    long now = nanos.getAsLong();
    Level before = levels.get(source);
    double count = before == null ? 0 : before.now(now);
    levels.put(source, new Level(Math.min(count + 1, 2 * FREE), now));
  }

  /** The wait of the source's next session for its greeting. */
  synchronized Duration pause(Source source) {
    Level level = levels.get(source);
    return level != null && level.now(nanos.getAsLong()) > FREE ? PAUSE : Duration.ZERO;
  }
}
