package io.postern.ingress.session;

import java.util.function.BooleanSupplier;

/**
 * The early end of a session's wait for a command. The session's thread makes it, then the watch of
 * the sockets alone asks it while the session waits. It notices a stop at once, and stress within
 * two seconds, each session at a time of its own: when the end of a few silent sessions is enough,
 * the others stay.
 */
final class CommandWait implements BooleanSupplier {
  private static final long LOOK_NANOS = 2_000_000_000;

  private final SessionClock clock;
  private final Load load;
  private final long silentSince;
  private long nextLook;

  CommandWait(SessionClock clock, Load load, long silentSince) {
    this.clock = clock;
    this.load = load;
    this.silentSince = silentSince;
    lookAgain();
  }

  @Override
  public boolean getAsBoolean() {
    if (load.stopping()) {
      return true;
    }
    if (System.nanoTime() - nextLook < 0) {
      return false;
    }
    lookAgain();
    return clock.commandLeft(silentSince).isNegative();
  }

  private void lookAgain() {
    long left = clock.commandLeft(silentSince).toNanos();
    nextLook = System.nanoTime() + Math.clamp(left, 0, LOOK_NANOS);
  }
}
