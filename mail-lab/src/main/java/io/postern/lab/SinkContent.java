package io.postern.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * One message's content as a {@link SinkPeer} reads it: dot-stuffing undone (RFC 5321 §4.5.2), the
 * trace in front set apart, the rest digested. Only CRLF.CRLF ends it. Written apart from Postern's
 * own reader, so that one cannot hide the other's fault.
 */
final class SinkContent {
  private static final int BEGUN = 1_024;
  private static final int START = 1_024;
  private static final int MAX_TRACE = 16_384;
  private static final String TRACE = "received:";

  private enum State {
    LINE_START,
    DOT,
    DOT_CR,
    TEXT,
    CR
  }

  private final DataReader.First begun;
  private final MessageDigest digest;
  private final byte[] block = new byte[8_192];
  private int blocked;
  private final StringBuilder trace = new StringBuilder();
  private final StringBuilder line = new StringBuilder();
  private final StringBuilder start = new StringBuilder();
  private boolean inTrace = true;
  private long size;
  private long contentNanos;
  private long dotNanos;

  /**
   * @param begun called once, after the first 1,024 bytes or at the end of less
   */
  SinkContent(DataReader.First begun) {
    this.begun = begun;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void read(SinkSession.TimedInput in) throws IOException {
    State state = State.LINE_START;
    boolean told = false;
    long count = 0;
    while (true) {
      int b = in.read();
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
          dotNanos = in.arrived();
          break;
        }
        put('\r'); // ".CR" and no LF: the dot was stuffing, the CR is content
        state = State.CR;
      }
      put(b);
      contentNanos = in.arrived();
      if (b == '\r') {
        state = State.CR;
      } else {
        state = state == State.CR && b == '\n' ? State.LINE_START : State.TEXT;
      }
      if (++count == BEGUN) {
        told = true;
        begun.run();
      }
    }
    if (!told) {
      begun.run();
    }
    endOfLine();
    flush();
  }

  private void put(int b) {
    if (inTrace) {
      line.append((char) b);
      if (b == '\n' || line.length() == MAX_TRACE) {
        endOfLine();
      }
      return;
    }
    digested(b);
  }

  /** A line of the trace, or the first one behind it. */
  private void endOfLine() {
    if (!inTrace || line.isEmpty()) {
      return;
    }
    String text = line.toString();
    line.setLength(0);
    boolean folded = !trace.isEmpty() && (text.startsWith(" ") || text.startsWith("\t"));
    if ((folded || text.toLowerCase(Locale.ROOT).startsWith(TRACE))
        && trace.length() + text.length() <= MAX_TRACE) {
      trace.append(text);
      return;
    }
    inTrace = false;
    for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
      digested(b);
    }
  }

  private void digested(int b) {
    size++;
    if (start.length() < START) {
      start.append((char) b);
    }
    block[blocked++] = (byte) b;
    if (blocked == block.length) {
      flush();
    }
  }

  private void flush() {
    digest.update(block, 0, blocked);
    blocked = 0;
  }

  String trace() {
    return trace.toString();
  }

  /** The first characters behind the trace. */
  String start() {
    return start.toString();
  }

  byte[] sha256() {
    return digest.digest();
  }

  /** Without the trace. */
  long size() {
    return size;
  }

  long contentNanos() {
    return contentNanos;
  }

  long dotNanos() {
    return dotNanos;
  }
}
