package io.postern.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The encoder of content for sending: a second dot in front of each line that begins with one (RFC
 * 5321 §4.5.2). A line begins behind CRLF only, as {@link DataDecoder} reads it. Ingress accepts no
 * content with a bare CR or LF but binary content, which never comes here (RFC 3030 §3), so none is
 * sent. Content that came in chunks may lack the CRLF at its end: it gets one here. Owner: one
 * session, one thread, one message; keeps its state across buffers and none of their octets.
 */
public final class DotStuffer {
  private static final byte[] END_AT_LINE_START = ".\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_IN_LINE = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

  private boolean lineStart = true;
  private boolean cr;
  private byte[] copy = new byte[0]; // for buffers without an array only

  /**
   * Moves as much of {@code in} to {@code out} as fits; out needs room for two octets to make
   * progress.
   */
  public void stuff(ByteBuffer in, ByteBuffer out) {
    int count = Math.min(in.remaining(), out.remaining());
    if (count <= 0) {
      return;
    }
    if (in.hasArray()) {
      int start = in.arrayOffset() + in.position();
      int used = stuff(in.array(), start, start + count, out) - start;
      in.position(in.position() + used);
    } else {
      if (copy.length < count) {
        copy = new byte[count];
      }
      in.get(in.position(), copy, 0, count);
      in.position(in.position() + stuff(copy, 0, count, out));
    }
  }

  private int stuff(byte[] bytes, int from, int to, ByteBuffer out) {
    int i = from;
    while (i < to) {
      if (lineStart && bytes[i] == '.') {
        if (out.remaining() < 2) {
          return i;
        }
        out.put((byte) '.');
      }
      int room = Math.min(to, i + out.remaining());
      int end = lineEnd(bytes, i, room);
      out.put(bytes, i, end - i);
      i = end;
      if (i == room) {
        return i;
      }
    }
    return i;
  }

  /**
   * Index behind the next line's dot position: behind CRLF when a dot follows, else {@code to}.
   * Sets the state for there.
   */
  private int lineEnd(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      byte b = bytes[i];
      if (b == '\n') {
        lineStart = cr;
        cr = false;
        i++;
        if (lineStart && i < to && bytes[i] == '.') {
          return i;
        }
      } else if (b == '\r') {
        cr = true;
        lineStart = false;
        i++;
      } else {
        cr = false;
        lineStart = false;
        i = LineEnds.find(bytes, i, to);
      }
    }
    return i;
  }

  /** The end of data, with CRLF in front only if the content did not end with one. */
  public byte[] finish() {
    return end(lineStart);
  }

  /**
   * The end of data that was not stuffed.
   *
   * @param lineStart it ended with CRLF, or was empty
   */
  public static byte[] end(boolean lineStart) {
    return (lineStart ? END_AT_LINE_START : END_IN_LINE).clone();
  }
}
