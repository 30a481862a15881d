package io.postern.smtp;

import java.nio.ByteBuffer;

/**
 * The decoder of one message's content among the octets behind DATA (RFC 5321 §4.5.2), in their own
 * array: it removes the dot that the client put in front of lines, and stops behind the end of
 * data. Only {@code CRLF . CRLF} ends data (or {@code . CRLF} at once: an empty message). A bare CR
 * or LF, which others take for a line end (RFC 5321 §2.3.8), never does: {@link #bareLineEnd()}
 * reports it, so that the session refuses the message. Lines may be of any length. Owner: one
 * session, one thread, one message. Has no buffer; each octet is looked at once, and moved only
 * behind a removed dot.
 */
public final class DataDecoder {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private enum State {
    LINE_START,
    TEXT,
    CR, // in the content; the next octet decides whether it was a line end
    DOT, // at a line's start, dropped
    DOT_CR, // the CR is held back: it belongs to the end or to the text
    ENDED
  }

  private State state = State.LINE_START;
  private boolean bareLineEnd;
  private boolean leadingDot;

  /**
   * Takes the octets of {@code in}, which must have an array, and returns the content among them,
   * as a piece of that array: good until the array is written to. May leave some: call again while
   * {@code in} has any and the data has not {@link #ended}. Octets behind the end stay in {@code
   * in}.
   */
  public ByteBuffer decode(ByteBuffer in) {
    if (!in.hasRemaining() || state == State.ENDED) {
      return NOTHING;
    }
    byte[] bytes = in.array();
    int from = in.arrayOffset() + in.position();
    if (state == State.DOT_CR && bytes[from] != '\n') {
      state = State.CR; // the CR that the octets before ended with is text, and has no room here
      return ByteBuffer.wrap(new byte[] {'\r'});
    }
    int to = from + in.remaining();
    int kept = from; // content goes on here
    int out = from; // content is complete up to here
    int i = from;
    while (i < to && state != State.ENDED) {
      switch (state) {
        case TEXT -> i = text(bytes, i, to);
        case CR -> {
          byte next = bytes[i];
          if (next == '\n') {
            i++;
            state = State.LINE_START;
          } else {
            bareLineEnd = true;
            i += next == '\r' ? 1 : 0;
            state = next == '\r' ? State.CR : State.TEXT;
          }
        }
        case LINE_START -> {
          if (bytes[i] == '.') {
            out = move(bytes, kept, i, out);
            kept = ++i;
            state = State.DOT;
          } else {
            state = State.TEXT;
          }
        }
        case DOT -> {
          if (bytes[i] == '\r') {
            kept = ++i;
            state = State.DOT_CR;
          } else {
            leadingDot |= bytes[i] == '.';
            state = State.TEXT;
          }
        }
        case DOT_CR -> {
          if (bytes[i] == '\n') {
            kept = ++i;
            state = State.ENDED;
          } else {
            kept = i - 1;
            state = State.CR;
          }
        }
        case ENDED -> throw new IllegalStateException("data has ended");
      }
    }
    in.position(in.position() + i - from);
    return ByteBuffer.wrap(bytes, from, move(bytes, kept, i, out) - from);
  }

  /** Index behind the next CR or bare LF, lines that are as they should be passed over. */
  private int text(byte[] bytes, int from, int to) {
    int i = from;
    while (true) {
      i = LineEnds.find(bytes, i, to);
      if (i == to) {
        return i;
      }
      boolean cr = bytes[i++] == '\r';
      if (!cr) {
        bareLineEnd = true;
      } else if (i + 1 < to && bytes[i] == '\n' && bytes[i + 1] != '.') {
        i++;
      } else {
        state = State.CR;
        return i;
      }
    }
  }

  /** Moves the octets of {@code [from, to)} down to {@code out}; returns the index behind them. */
  private static int move(byte[] bytes, int from, int to, int out) {
    if (from != out && from < to) {
      System.arraycopy(bytes, from, bytes, out, to - from);
    }
    return out + to - from;
  }

  /** The end of data has come: {@code in} begins with the next command now. */
  public boolean ended() {
    return state == State.ENDED;
  }

  /**
   * A line of the content, the first included, begins with a dot: a sender must put one more in
   * front.
   */
  public boolean leadingDot() {
    return leadingDot;
  }

  /**
   * There was a CR without LF or an LF without CR: to be answered with 550 5.6.11 at the end of
   * data.
   */
  public boolean bareLineEnd() {
    return bareLineEnd;
  }
}
