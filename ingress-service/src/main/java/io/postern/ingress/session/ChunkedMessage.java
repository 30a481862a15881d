package io.postern.ingress.session;

import io.postern.contracts.v1.BodyType;
import io.postern.ingress.rcpt.Refusal;
import io.postern.smtp.ChunkLines;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The message that comes by the BDAT commands of one mail transaction (RFC 3030 §2), from the first
 * chunk to the last one or to RSET. The octets go into the log as they are, gathered there however
 * small the chunks. From the first refusal on nothing of it is kept, and each further chunk is
 * read, thrown away and refused in the same words: a client that has sent all its chunks at once
 * learns the cause from whichever reply it looks at.
 *
 * <p>Any client can have chunks read that nobody wants, also without a transaction. All of one
 * message, or of one row of chunks without a message, are read up to twice the octets of a largest
 * message; then the session ends, as behind DATA. A chunk that is announced beyond that is read to
 * there and no further. Owner: the session's thread, which must close it: between its chunks the
 * message holds its share of memory, under the clock of a session that waits for a command.
 */
final class ChunkedMessage implements AutoCloseable {
  private final SmtpConnection connection;
  private final SessionLimits limits;
  private final ContentInput input;
  private final ChunkLines lines;
  private @Nullable MessageReceipt receipt; // null: refused
  private @Nullable Refusal refusal;

  private ChunkedMessage(
      SmtpConnection connection,
      SessionLimits limits,
      ContentInput input,
      boolean binary,
      @Nullable MessageReceipt receipt,
      @Nullable Refusal refusal) {
    this.connection = connection;
    this.limits = limits;
    this.input = input;
    this.lines = new ChunkLines(binary);
    this.receipt = receipt;
    this.refusal = refusal;
  }

  /** Chunks that nobody takes. */
  static ChunkedMessage refused(
      SmtpConnection connection, SessionLimits limits, ContentInput input, Refusal why) {
    return new ChunkedMessage(connection, limits, input, false, null, why);
  }

  static ChunkedMessage begin(
      SmtpConnection connection,
      SessionParts parts,
      ContentInput input,
      ClientFacts client,
      MailTransaction mail)
      throws InterruptedException {
    MessageReceipt receipt = MessageReceipt.begin(parts, client, mail);
    boolean binary = mail.parameters().body() == BodyType.BODY_BINARYMIME;
    return new ChunkedMessage(
        connection,
        mail.limits(),
        input,
        binary,
        receipt,
        receipt == null ? Refusal.NO_MEMORY : null);
  }

  /**
   * Reads the octets of one chunk, whatever becomes of them.
   *
   * @return false: not all of them, for the refusal's reason; nothing that follows can be trusted
   *     to be a command
   */
  boolean read(long octets) throws IOException {
    if (octets > limits.maxMessageBytes() - input.received() && refusal == null) {
      refuse(Refusal.tooLarge(limits.maxMessageBytes())); // and none of the chunk into the log
    }
    if (octets > connection.input().remaining()) {
      connection.flush(); // the client may send them behind the replies that are due
      connection.expectContent();
    }
    for (long left = octets; left > 0; ) {
      if (!input.await()) {
        refuse(SessionClock.timeout(limits.hostName()));
        return false;
      }
      ByteBuffer in = connection.input();
      int count = (int) Math.min(left, in.remaining());
      ByteBuffer content = in.slice(in.position(), count);
      in.position(in.position() + count);
      left -= count;
      input.count(count);
      MessageReceipt taking = receipt;
      if (taking != null) {
        lines.look(content);
        Refusal why = taking.take(content, input.received(), lines.bareLineEnd());
        if (why != null) {
          refuse(why);
        }
      } else if (input.exhausted()) {
        return false;
      }
    }
    return true;
  }

  /** The last chunk has been read: null when the message was accepted, else why not. */
  MessageReceipt.@Nullable Acceptance finish() {
    MessageReceipt all = receipt;
    if (all == null) {
      return null;
    }
    lines.end();
    refusal = lines.bareLineEnd() ? MessageReceipt.BARE_LINE_END : all.finish(lines.leadingDot());
    return refusal == null ? all.acceptance() : null;
  }

  private void refuse(Refusal why) {
    refusal = why;
    close();
  }

  /** Why none of its chunks is kept; null while they are. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Without {@link #finish} nothing was accepted. Twice is once. */
  @Override
  public void close() {
    if (receipt != null) {
      receipt.close();
      receipt = null;
    }
  }
}
