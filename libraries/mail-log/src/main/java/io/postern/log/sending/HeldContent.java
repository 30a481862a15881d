package io.postern.log.sending;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Copier of contents to {@code mail.content.held}, where a held message's content outlives the
 * retention of {@code mail.content} (docs/design/the-log.md, "Home partition and content"): without
 * a transaction, and every chunk acknowledged before the copy is named to anyone. A copy that is
 * not finished harms nobody.
 *
 * <p>Cut at the same places whenever it is made: a copy that two writers make at the same time is
 * still readable, see {@code Passage}. Any thread, one for each call, which it blocks. Bounds: one
 * chunk and 1 MiB unacknowledged for each call; a log that does not answer within the patience ends
 * it.
 */
public final class HeldContent implements AutoCloseable {
  /** Never to be changed: copies of the same content must be cut alike. Four fill a batch. */
  private static final int CHUNK_BYTES = 120 * 1024;

  private static final int UNACKNOWLEDGED_BYTES = 1 << 20;
  private static final int BUFFER_BYTES = 24 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final DurableSender sender;
  private final Duration patience;

  public HeldContent(LogSettings settings) {
    this(settings, PATIENCE);
  }

  /**
   * @param patience longest wait for an acknowledgement, at least a second
   */
  public HeldContent(LogSettings settings, Duration patience) {
    this.patience = patience;
    this.sender = new DurableSender(settings, patience, BUFFER_BYTES);
  }

  /**
   * Copies the content of {@code source}.
   *
   * @param content opened for it; the caller closes it
   * @param givenUp whether to give up, asked between chunks
   * @return the copy; of the same size and SHA-256
   * @throws ContentException when the source cannot be read, or differs from the accepted content
   */
  public ContentReference copy(
      QueueId queueId, ContentReference source, ContentStream content, BooleanSupplier givenUp)
      throws ContentException, LogUnavailableException {
    ChunkedContent copy =
        new ChunkedContent(
            Topics.MAIL_CONTENT_HELD, queueId, CHUNK_BYTES, UNACKNOWLEDGED_BYTES, sender, patience);
    for (ByteBuffer bytes = content.next(); bytes != null; bytes = content.next()) {
      if (givenUp.getAsBoolean()) {
        throw new LogUnavailableException("the copy was given up", new InterruptedException());
      }
      copy.write(bytes);
    }
    ContentReference made = copy.end().reference();
    if (made.getSize() != source.getSize() || !made.getSha256().equals(source.getSha256())) {
      throw new ContentException(
          ContentException.Kind.DAMAGED, "the copy differs from the accepted content", null);
    }
    return made.toBuilder().setNoLeadingDot(source.getNoLeadingDot()).build();
  }

  /** Waits some seconds for records on their way. */
  @Override
  public void close() {
    sender.close();
  }
}
