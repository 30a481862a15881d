package io.postern.ingress.intake;

import io.postern.bounds.Share;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import java.util.function.LongSupplier;

/**
 * The bound of the content in the log that was not accepted, for each source: content of messages
 * in transfer, which is held, and of those that were refused at their end or dropped before it,
 * which stays for days and counts for an hour, less with time. A message in transfer counts with
 * the size that it declared (RFC 1870): so a gateway that empties its queue has to wait at MAIL and
 * leaves nothing behind.
 *
 * <p>Anybody who may send to an accepted domain can fill it: a client with as many addresses has as
 * many bounds. The free space of the log ({@link io.postern.log.LogSpace}) bounds them all. Others
 * notice nothing. Thread-safe, never blocks.
 */
public final class UnacceptedContent {
  private final long most;
  private final Share inTransfer = new Share(Long.MAX_VALUE, Long.MAX_VALUE);
  private final Level<Source> left;

  /**
   * @param most bytes of one source
   */
  public UnacceptedContent(long most) {
    this(most, System::nanoTime);
  }

  UnacceptedContent(long most, LongSupplier nanos) {
    this.most = most;
    this.left = new Level<>(SourceBound.UNACCEPTED, most, nanos);
  }

  /**
   * The source has no room for one more message.
   *
   * @param declared octets, 0 where it did not say
   */
  public boolean full(Source source, long declared) {
    long more = Math.max(declared, 1);
    return more > most - left.taken(source) - inTransfer.heldBy(source);
  }

  /** One message's content. Owner: the session's thread, which must close it. */
  public final class Message implements AutoCloseable {
    private final Source source;
    private final Share.Held held;
    private long counted;
    private long sent;
    private boolean kept = true;

    private Message(Source source, long declared) {
      this.source = source;
      this.counted = declared;
      this.held = inTransfer.holding(new Share.Owner(source, Long.MAX_VALUE, 0));
      held.grow(declared);
    }

    /** Counts the octets in the log so far; false when that is more than the source may have. */
    public boolean update(long bytes) {
      sent = bytes;
      if (bytes <= counted) {
        return true;
      }
      held.grow(bytes - counted);
      counted = bytes;
      return left.taken(source) + inTransfer.heldBy(source) <= most;
    }

    /** The message was accepted, or the fault is ours: it is ignored. */
    public void forgive() {
      kept = false;
    }

    /** The content of a message that was not forgiven is left behind; twice is once. */
    @Override
    public void close() {
      held.close();
      if (kept && sent > 0) {
        left.add(source, sent);
      }
      kept = false;
    }
  }

  /**
   * Begins a message.
   *
   * @param declared octets, 0 where it did not say
   */
  public Message begin(Source source, long declared) {
    return new Message(source, declared);
  }
}
