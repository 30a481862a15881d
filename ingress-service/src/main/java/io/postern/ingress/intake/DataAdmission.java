package io.postern.ingress.intake;

import io.postern.ingress.source.Source;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bound of the bytes that messages under way hold in buffers of their own, whatever their size:
 * each takes one share before its 354 and returns it at its end. The log itself bounds the octets
 * on their way to it: it holds up the session, and by that its client, until there is room.
 *
 * <p>Anybody who may send can hold shares as long as a message takes. One source has a part of them
 * at most, and waits for its own beyond that without holding up anybody: others notice it when as
 * many sources as there are parts hold all. Thread-safe.
 */
public final class DataAdmission {
  /**
   * At most: the connection's input and an incomplete TLS record (17 KiB each), the chunk being
   * filled (16) and the header section (32). Larger buffers of connections and of the log come from
   * pools that are bounded as such.
   */
  public static final int SHARE_BYTES = 82 * 1024;

  private final int all;
  private final int ofSource;
  private final Semaphore shares;
  private final Map<Source, SourceShares> sources = new HashMap<>();

  /** The shares of one source, as long as a message has one or waits for one. */
  private static final class SourceShares {
    final Semaphore shares;
    int users;

    SourceShares(int shares) {
      this.shares = new Semaphore(shares, true);
    }
  }

  /**
   * @param percentOfSource how many of the shares one source may have; one at least
   */
  public DataAdmission(long bytes, int percentOfSource) {
    this.all = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / SHARE_BYTES));
    this.ofSource = (int) Math.max(1, (long) all * percentOfSource / 100);
    this.shares = new Semaphore(all, true);
  }

  /** One message's share. Owner: the session's thread; closing it again means nothing. */
  public final class Share implements AutoCloseable {
    private final Source source;
    private final SourceShares own;
    private boolean closed;

    private Share(Source source, SourceShares own) {
      this.source = source;
      this.own = own;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        shares.release();
        own.shares.release();
        leave(source, own);
      }
    }
  }

  /** Null when no share was free in time. */
  public @Nullable Share admit(Source source, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    SourceShares own = enter(source);
    boolean ownShare = false;
    boolean admitted = false;
    try {
      ownShare = own.shares.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
      admitted =
          ownShare && shares.tryAcquire(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return admitted ? new Share(source, own) : null;
    } finally {
      if (!admitted) {
        if (ownShare) {
          own.shares.release();
        }
        leave(source, own);
      }
    }
  }

  private synchronized SourceShares enter(Source source) {
    SourceShares own = sources.computeIfAbsent(source, any -> new SourceShares(ofSource));
    own.users++;
    return own;
  }

  private synchronized void leave(Source source, SourceShares own) {
    if (--own.users == 0) {
      sources.remove(source);
    }
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
