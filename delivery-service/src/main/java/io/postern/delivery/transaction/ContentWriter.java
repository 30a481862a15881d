package io.postern.delivery.transaction;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.ContentSegment;
import io.postern.delivery.session.Dialogue;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.Stage;
import io.postern.smtp.DotStuffer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of one content into a session's output, with a second dot in front of each line that
 * begins with one (RFC 5321 §4.5.2). Content that has no such line goes out as it is, without a
 * copy here. Owner: the delivery's thread. At most one buffer of 16 KiB.
 */
final class ContentWriter {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final Dialogue dialogue;
  private final Duration patience;
  private final @Nullable DotStuffer stuffer;
  private final ByteBuffer out;
  private byte last = '\n'; // content begins at the start of a line
  private byte beforeLast = '\r';

  /**
   * @param patience for a block to be taken
   * @param stuff false: {@link #noLeadingDot} said so
   */
  ContentWriter(Dialogue dialogue, Duration patience, boolean stuff) {
    this.dialogue = dialogue;
    this.patience = patience;
    this.stuffer = stuff ? new DotStuffer() : null;
    this.out = ByteBuffer.allocate(stuff ? BUFFER_BYTES : 0);
  }

  /**
   * Surely no line of the content begins with a dot: references say so themselves (they were looked
   * at when they were accepted), inline segments are looked at here. Each segment must stand on its
   * own, so that no line end is made where two of them meet.
   */
  static boolean noLeadingDot(List<ContentSegment> segments) {
    for (ContentSegment segment : segments) {
      boolean none =
          switch (segment.getSegmentCase()) {
            case INLINE -> noLeadingDot(segment.getInline());
            case REFERENCE -> segment.getReference().getNoLeadingDot();
            case SEGMENT_NOT_SET -> false;
          };
      if (!none) {
        return false;
      }
    }
    return true;
  }

  private static boolean noLeadingDot(ByteString inline) {
    int size = inline.size();
    if (size == 0) {
      return true;
    }
    byte first = inline.byteAt(0);
    if (first == '.' || first == '\n' || inline.byteAt(size - 1) == '\r') {
      return false;
    }
    for (int i = 1; i < size; i++) {
      if (inline.byteAt(i) == '.' && inline.byteAt(i - 1) == '\n') {
        return false;
      }
    }
    return true;
  }

  /** Takes all of {@code in}. */
  void write(ByteBuffer in) throws DialogueException {
    if (stuffer == null) {
      remember(in);
      dialogue.write(Stage.DATA, in, patience);
      return;
    }
    while (in.hasRemaining()) {
      stuffer.stuff(in, out);
      if (out.remaining() < 2) {
        dialogue.write(Stage.DATA, out.flip(), patience);
        out.clear();
      }
    }
  }

  private void remember(ByteBuffer in) {
    int size = in.remaining();
    if (size > 0) {
      beforeLast = size > 1 ? in.get(in.limit() - 2) : last;
      last = in.get(in.limit() - 1);
    }
  }

  /**
   * All of it leaves our buffers: nothing may stand there that a dot behind it would take along.
   *
   * @return the end of the data, still to send
   */
  byte[] flush() throws DialogueException {
    dialogue.write(Stage.DATA, out.flip(), patience);
    dialogue.flush(Stage.DATA, patience);
    return stuffer == null ? DotStuffer.end(beforeLast == '\r' && last == '\n') : stuffer.finish();
  }
}
