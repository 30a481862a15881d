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
  /**
   * At most: the connection's input and an incomplete TLS record (17 KiB each), the chunk being
   * filled (16) and the header section (32). Larger buffers of connections and of the log come from
   * pools that are bounded as such.
   */
  public static final int SHARE_BYTES = 82 * 1024;

  private final int all;
  private final Semaphore shares;

  public DataAdmission(long bytes) {
    this.all = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / SHARE_BYTES));
    this.shares = new Semaphore(all, true);
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

  /** Nearly all shares are taken: messages under way must hurry. */
  public boolean scarce() {
    return shares.availablePermits() * 5L <= all;
  }

  /** Shares that nobody has. */
  public int free() {
    return shares.availablePermits();
  }
}
