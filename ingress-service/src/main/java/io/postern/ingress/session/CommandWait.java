package io.postern.ingress.session;

import java.util.function.BooleanSupplier;

/**
 * Whether a session's wait for a command is over before its time-out. Made by the session's thread,
 * then asked by the watch of the sockets alone, while the session waits. A stop, and that the
 * transaction must end, are noticed at once; stress within two seconds, each session at a time of
 * its own: not all that are silent go when the end of a few is enough.
 */
final class CommandWait implements BooleanSupplier {
  private static final long LOOK_NANOS = 2_000_000_000;

  private final SessionClock clock;
  private final Load load;
  private final BooleanSupplier mustEnd;
  private final long silentSince;
  private long nextLook;

  CommandWait(SessionClock clock, Load load, BooleanSupplier mustEnd, long silentSince) {
    this.clock = clock;
    this.load = load;
    this.mustEnd = mustEnd;
    this.silentSince = silentSince;
    lookAgain();
  }

  @Override
  public boolean getAsBoolean() {
    if (load.stopping() || mustEnd.getAsBoolean()) {
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
