package io.postern.delivery.transaction;

import io.postern.delivery.session.Dialogue;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.Stage;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.smtp.Reply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The writer of one content in chunks (RFC 3030 §2), octet by octet as it is. No chunk is the last
 * one: with that the host takes the message, so its sender decides about it. The host's reply to
 * each chunk is waited for: a refusal of one and the taking of the next would leave nobody knowing
 * what the host has. Owner: the delivery's thread. Keeps no octets.
 */
final class ChunkWriter {
  /** As many octets as a record of content has. */
  static final int CHUNK_BYTES = 512 * 1024;

  private final Dialogue dialogue;
  private final Duration patience;
  private final ContentStream content;

  /**
   * @param patience for a block to be taken, and for the reply to a chunk
   */
  ChunkWriter(Dialogue dialogue, Duration patience, ContentStream content) {
    this.dialogue = dialogue;
    this.patience = patience;
    this.content = content;
  }

  /** Behind the whole content: the host has the message from here on. */
  static byte[] end() {
    return "BDAT 0 LAST\r\n".getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @param first of the content's buffers; null: it is empty
   * @param size of the whole content in octets
   * @return null when the host has all of it, else its reply to the chunk that it did not take
   * @throws ContentException also where the content has another size; the session must be aborted
   */
  @Nullable Reply write(@Nullable ByteBuffer first, long size)
      throws DialogueException, ContentException {
    ByteBuffer in = first;
    for (long left = size; left > 0; ) {
      int chunk = (int) Math.min(left, CHUNK_BYTES);
      dialogue.send(Stage.BDAT, "BDAT " + chunk, patience);
      for (int open = chunk; open > 0; ) {
        if (in == null) {
          throw otherSize(size);
        }
        int count = Math.min(open, in.remaining());
        dialogue.write(Stage.BDAT, in.slice(in.position(), count), patience);
        in.position(in.position() + count);
        open -= count;
        if (!in.hasRemaining()) {
          in = content.next();
        }
      }
      dialogue.flush(Stage.BDAT, patience);
      Reply reply = dialogue.reply(Stage.BDAT, patience);
      if (!reply.isCompletion()) {
        return reply;
      }
      left -= chunk;
    }
    while (in != null) {
      if (in.hasRemaining()) {
        throw otherSize(size);
      }
      in = content.next();
    }
    return null;
  }

  private static ContentException otherSize(long size) {
    return new ContentException(
        ContentException.Kind.DAMAGED,
        "the content does not have the " + size + " bytes of its record",
        null);
  }
}
