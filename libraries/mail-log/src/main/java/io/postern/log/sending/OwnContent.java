package io.postern.log.sending;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writer of the texts of our own messages to {@code mail.content}, so that later records carry a
 * reference and no bytes (docs/design/the-log.md, "Home partition and content"): without a
 * transaction, and every chunk acknowledged before the envelope names it. A text that no envelope
 * names harms nobody and goes with its retention. Connected at the first text, and after a close at
 * the next one. Owner: one thread. Bounds: 16 MiB unacknowledged in all; a log that does not answer
 * within the patience of 15 s ends the call.
 */
public final class OwnContent implements AutoCloseable {
  private static final int CHUNK_BYTES = 240 * 1024;
  private static final int UNACKNOWLEDGED_BYTES = 1 << 20;
  private static final int BUFFER_BYTES = 16 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final LogSettings settings;
  private @Nullable DurableSender sender;

  public OwnContent(LogSettings settings) {
    this.settings = settings;
  }

  /** A text on its way. */
  public interface PendingText {
    /** Waits until all of it is durable; once. */
    ContentReference reference() throws LogUnavailableException;
  }

  /** Several may be on their way at once: their acknowledgements come together. */
  public PendingText send(QueueId queueId, byte[] text) throws LogUnavailableException {
    DurableSender current = sender;
    if (current == null) {
      current = new DurableSender(settings, PATIENCE, BUFFER_BYTES);
      sender = current;
    }
    ChunkedContent content =
        new ChunkedContent(
            Topics.MAIL_CONTENT,
            queueId,
            Math.clamp(text.length, 1, CHUNK_BYTES),
            UNACKNOWLEDGED_BYTES,
            current,
            PATIENCE);
    content.write(ByteBuffer.wrap(text));
    return content.end()::reference;
  }

  /** Waits some seconds for texts on their way. */
  @Override
  public void close() {
    DurableSender last = sender;
    sender = null;
    if (last != null) {
      last.close();
    }
  }
}
