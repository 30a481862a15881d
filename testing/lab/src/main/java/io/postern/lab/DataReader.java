package io.postern.lab;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The receiving side of DATA, which undoes dot-stuffing (RFC 5321 §4.5.2) and stops after
 * CRLF.CRLF, nothing else; bare CR and LF are content. Written apart from Postern's own, so that
 * one cannot hide the other's fault.
 */
final class DataReader {
  private enum State {
    LINE_START,
    DOT,
    DOT_CR,
    TEXT,
    CR
  }

  private DataReader() {}

  /** {@code first} is run once the first 1,024 bytes are written, or at the end of less. */
  static void copy(InputStream in, OutputStream out, First first) throws IOException {
    State state = State.LINE_START;
    long written = 0;
    boolean begun = false;
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("connection closed in the content");
      }
      if (state == State.LINE_START && b == '.') {
        state = State.DOT;
        continue;
      }
      if (state == State.DOT && b == '\r') {
        state = State.DOT_CR;
        continue;
      }
      if (state == State.DOT_CR) {
        if (b == '\n') {
          break;
        }
        out.write('\r'); // ".CR" and no LF: the dot was stuffing, the CR is content
        written++;
        state = State.CR;
      }
      out.write(b);
      written++;
      if (b == '\r') {
        state = State.CR;
      } else {
        state = state == State.CR && b == '\n' ? State.LINE_START : State.TEXT;
      }
      if (!begun && written >= 1024) {
        begun = true;
        first.run();
      }
    }
    if (!begun) {
      first.run();
    }
  }

  /** May throw to end the session. */
  interface First {
    void run() throws IOException;
  }
}
