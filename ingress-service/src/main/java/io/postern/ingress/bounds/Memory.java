package io.postern.ingress.bounds;

import io.postern.bounds.Share;
import io.postern.ingress.source.Source;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The memory that messages and recipients in progress hold. A message takes one buffer before its
 * 354, whatever its size, and returns it at its end; Kafka bounds the octets on their way to it.
 * Recipients wait for their message as long as the client likes.
 *
 * <p>Anybody who may send can hold memory as long as a message takes. A source has a part of it
 * ({@link SourceBound}), and waits for its own buffer beyond that without delay for others; they
 * notice it when as many sources as there are parts hold all. Recipients: N sources that take all
 * they can leave (8/9)^N to the others (20: a tenth), whose long lists of recipients get a 452
 * then. No session is ended for space: honest clients may be those that hold it longest.
 * Thread-safe.
 */
public final class Memory {
  /**
   * At most: the connection's input and an incomplete TLS record (17 KiB each), the chunk being
   * filled (16) and the header section (32). Larger buffers of connections and of the log come from
   * pools that are bounded as such.
   */
  public static final int MESSAGE_BYTES = 82 * 1024;

  private final Share messages;
  private final Share recipients;
  private final long messagesOfSource;
  private final long recipientsOfSource;
  private final int ofFree;

  /**
   * @param messageBytes of all messages
   * @param recipientBytes of all recipients
   * @param percentOfSource how much of each one source may have; 100: one address stands for all
   *     clients
   */
  public Memory(long messageBytes, long recipientBytes, int percentOfSource) {
    long buffers = Math.max(1, messageBytes / MESSAGE_BYTES);
    messages = new Share(buffers, buffers);
    messagesOfSource = Math.max(1, buffers * percentOfSource / 100);
    recipients = new Share(recipientBytes, recipientBytes);
    recipientsOfSource = recipientBytes * percentOfSource / 100;
    ofFree = percentOfSource == 100 ? 0 : SourceBound.RECIPIENT_BYTES.ofFree();
  }

  /** One message's buffer, for the session's thread to close; null: none was free in time. */
  public Share.@Nullable Held message(Source source, Duration patience)
      throws InterruptedException {
    return messages.await(
        1, patience, new Share.Owner(source, messagesOfSource, SourceBound.MESSAGES.ofFree()));
  }

  /** For the recipients of one mail transaction, which must close it; nothing is held yet. */
  public Share.Held recipients(Source source) {
    return recipients.holding(new Share.Owner(source, recipientsOfSource, ofFree));
  }

  /** Nearly all of either is held: waiting clients get less time. */
  public boolean scarce() {
    return messages.scarce() || recipients.scarce();
  }

  /** Buffers that no message has. */
  public long freeMessages() {
    return messages.free();
  }

  /** Bytes that no recipients have. */
  public long freeRecipientBytes() {
    return recipients.free();
  }
}
