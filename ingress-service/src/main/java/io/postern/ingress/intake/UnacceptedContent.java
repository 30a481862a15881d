package io.postern.ingress.intake;

import io.postern.ingress.source.Source;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The bound of the content in the log that was not accepted, for each source within an hour:
 * content of messages under way, and of those that were refused at their end or dropped before it,
 * which stays for days. At the turn of the hour a source may have twice as much, as all of the hour
 * is forgotten together. A message under way counts with the size that it declared (RFC 1870): so a
 * gateway that empties its queue has to wait at MAIL and leaves nothing behind.
 *
 * <p>Anybody who may send to an accepted domain can fill it: {@value #MOST} sources at most besides
 * those with messages under way. The next one takes the place of the oldest, so a client with as
 * many addresses has as many bounds. The free space of the log ({@link io.postern.log.LogSpace})
 * bounds them all. Others notice nothing. Thread-safe, never blocks.
 */
public final class UnacceptedContent {
  static final int MOST = 10_000;
  private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

  private static final class SourceBytes {
    long underWay;
    int messages;
    long left;
    long leftSince;

    boolean nothing() {
      return messages == 0 && left == 0;
    }
  }

  private final long most;
  private final LongSupplier nanos;
  private final Map<Source, SourceBytes> sources = new LinkedHashMap<>();

  /**
   * @param most bytes of one source
   */
  public UnacceptedContent(long most) {
    this(most, System::nanoTime);
  }

  UnacceptedContent(long most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
  }

  /**
   * The source has no room for one more message.
   *
   * @param declared octets, 0 where it did not say
   */
  public synchronized boolean full(Source source, long declared) {
    SourceBytes bytes = sources.get(source);
    return bytes != null && all(bytes) + Math.max(declared, 1) > most;
  }

  /** One message's content. Owner: the session's thread, which must close it. */
  public final class Message implements AutoCloseable {
    private final Source source;
    private final long declared;
    private long sent;
    private long counted;
    private boolean within = true;
    private boolean kept = true;
    private boolean closed;

    private Message(Source source, long declared) {
      this.source = source;
      this.declared = declared;
      this.counted = declared;
    }

    /** Counts the octets in the log so far; false when that is more than the source may have. */
    public boolean update(long bytes) {
      if (bytes != sent) {
        synchronized (UnacceptedContent.this) {
          SourceBytes of = of(source);
          sent = bytes;
          long now = Math.max(declared, bytes);
          of.underWay += now - counted;
          counted = now;
          within = bytes <= declared || all(of) <= most;
        }
      }
      return within;
    }

    /** The message was accepted, or the fault is ours: it counts for nothing. */
    public void forgive() {
      kept = false;
    }

    /** The content of a message that was not forgiven is left behind; twice is once. */
    @Override
    public void close() {
      synchronized (UnacceptedContent.this) {
        if (closed) {
          return;
        }
        closed = true;
        SourceBytes of = of(source);
        forgetHour(of);
        of.messages--;
        of.underWay -= counted;
        if (kept && sent > 0) {
          if (of.left == 0) {
            of.leftSince = nanos.getAsLong();
          }
          of.left += sent;
        }
        if (of.nothing()) {
          sources.remove(source);
        }
      }
    }
  }

  /**
   * Begins a message.
   *
   * @param declared octets, 0 where it did not say
   */
  public synchronized Message begin(Source source, long declared) {
    SourceBytes bytes = sources.computeIfAbsent(source, any -> new SourceBytes());
    bytes.messages++;
    bytes.underWay += declared;
    if (sources.size() > MOST) {
      forgetOldest();
    }
    return new Message(source, declared);
  }

  private SourceBytes of(Source source) {
    SourceBytes bytes = sources.get(source);
    if (bytes == null) {
      throw new IllegalStateException("a source with a message in progress was forgotten");
    }
    return bytes;
  }

  private long all(SourceBytes bytes) {
    forgetHour(bytes);
    return bytes.left + bytes.underWay;
  }

  private void forgetHour(SourceBytes bytes) {
    if (bytes.left > 0 && nanos.getAsLong() - bytes.leftSince >= HOUR_NANOS) {
      bytes.left = 0;
    }
  }

  private void forgetOldest() {
    for (Iterator<SourceBytes> each = sources.values().iterator(); each.hasNext(); ) {
      if (each.next().messages == 0) {
        each.remove();
        return;
      }
    }
  }
}
