package io.postern.ingress.intake;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes that messages under way hold in buffers of their own, whatever their size: each
 * takes one share before its 354 and returns it at its end. What is on its way to the log is
 * bounded by the log itself, which holds up the session, and by that its client, until there is
 * room. Thread-safe.
 */
public final class DataAdmission {
  /** The read buffer and the chunk being filled, with some room. */
  public static final int SHARE_BYTES = 40 * 1024;

  private final Semaphore shares;

  public DataAdmission(long bytes) {
    this.shares =
        new Semaphore((int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / SHARE_BYTES)), true);
  }

  /** One message's share. Owner: the session's thread; closing it again means nothing. */
  public final class Share implements AutoCloseable {
    private boolean closed;

    private Share() {}

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        shares.release();
      }
    }
  }

  /** Null when no share was free in time. */
  public @Nullable Share admit(Duration patience) throws InterruptedException {
    return shares.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS) ? new Share() : null;
  }

  /** Shares that nobody has. */
  public int free() {
    return shares.availablePermits();
  }
}
