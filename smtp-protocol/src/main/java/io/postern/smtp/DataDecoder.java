package io.postern.smtp;

import java.nio.ByteBuffer;

/**
 * Takes the content of one message out of what follows DATA (RFC 5321 §4.5.2): removes the dot that
 * was put in front of lines, stops behind the end of data. Only {@code CRLF . CRLF} ends data (or
 * {@code . CRLF} at once: an empty message); a bare CR or LF, which others take for a line end (RFC
 * 5321 §2.3.8), never does and is remembered in {@link #bareLineEnd()}, so that the message is
 * refused. Lines may be of any length. Owner: one session, one thread, one message. Bound: no
 * buffer of its own but one octet.
 */
public final class DataDecoder {
  private enum State {
    LINE_START,
    TEXT,
    CR, // written; what follows decides whether it was a line end
    DOT, // at a line's start, dropped
    DOT_CR, // the CR is held back: it belongs to the end or to the text
    ENDED
  }

  private State state = State.LINE_START;
  private boolean bareCr;
  private boolean bareLf;
  private byte[] copy = new byte[0]; // for buffers without an array only

  /**
   * Decodes as much of {@code in} as fits into {@code out} and returns the number of octets
   * written. Out needs room for two octets to make progress. What stands behind the end stays in
   * {@code in}.
   */
  public int decode(ByteBuffer in, ByteBuffer out) {
    int count =
        Math.min(
            in.remaining(),
            out.remaining() - 1); // at most one octet more comes out: a CR held back
    if (count <= 0 || state == State.ENDED) {
      return 0;
    }
    int before = out.position();
    if (in.hasArray()) {
      int start = in.arrayOffset() + in.position();
      int used = decode(in.array(), start, start + count, out) - start;
      in.position(in.position() + used);
    } else {
      if (copy.length < count) {
        copy = new byte[count];
      }
      in.get(in.position(), copy, 0, count);
      in.position(in.position() + decode(copy, 0, count, out));
    }
    return out.position() - before;
  }

  private int decode(byte[] bytes, int from, int to, ByteBuffer out) {
    int copied = from; // everything before is in out, or dropped
    int i = from;
    while (i < to) {
      switch (state) {
        case TEXT -> {
          i = LineEnds.find(bytes, i, to);
          if (i < to) {
            boolean cr = bytes[i++] == '\r';
            bareLf |= !cr;
            state = cr ? State.CR : State.TEXT;
          }
        }
        case CR -> {
          byte next = bytes[i];
          if (next == '\n') {
            i++;
            state = State.LINE_START;
          } else {
            bareCr = true;
            i += next == '\r' ? 1 : 0;
            state = next == '\r' ? State.CR : State.TEXT;
          }
        }
        case LINE_START -> {
          byte next = bytes[i];
          if (next == '.') {
            out.put(bytes, copied, i - copied);
            copied = ++i;
            state = State.DOT;
          } else {
            state = State.TEXT;
          }
        }
        case DOT -> {
          if (bytes[i] == '\r') {
            copied = ++i;
            state = State.DOT_CR;
          } else {
            state = State.TEXT;
          }
        }
        case DOT_CR -> {
          if (bytes[i] == '\n') {
            state = State.ENDED;
            return i + 1;
          }
          out.put((byte) '\r');
          state = State.CR;
        }
        case ENDED -> throw new IllegalStateException("data has ended");
      }
    }
    out.put(bytes, copied, to - copied);
    return to;
  }

  /** The end of data has been seen: what {@code in} holds now is the next command. */
  public boolean ended() {
    return state == State.ENDED;
  }

  /**
   * There was a CR without LF or an LF without CR: to be answered with 550 5.6.11 at the end of
   * data.
   */
  public boolean bareLineEnd() {
    return bareCr || bareLf;
  }

  public boolean bareCr() {
    return bareCr;
  }

  public boolean bareLf() {
    return bareLf;
  }
}
