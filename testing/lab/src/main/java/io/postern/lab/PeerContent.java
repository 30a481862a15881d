package io.postern.lab;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The content of one message as a {@link ScriptedPeer} receives it: the trace in front set apart,
 * the rest digested, all of it written to a file where there is one. The facts are whole once it is
 * closed. Owner: the session's thread; memory: 40 KiB at any size.
 */
final class PeerContent extends OutputStream {
  private static final int START = 1_024;
  private static final int MAX_TRACE = 16_384;
  private static final String TRACE = "received:";

  private final TimedInput in;
  private final OutputStream file;
  private final MessageDigest digest;
  private final byte[] block = new byte[8_192];
  private int blocked;
  private final StringBuilder trace = new StringBuilder();
  private final StringBuilder line = new StringBuilder();
  private final StringBuilder start = new StringBuilder();
  private boolean inTrace = true;
  private long size;
  private long lastNanos;

  /**
   * @param in the source, for the times
   * @param file null: none
   */
  PeerContent(TimedInput in, @Nullable Path file) throws IOException {
    this.in = in;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
    this.file =
        file == null
            ? OutputStream.nullOutputStream()
            : new BufferedOutputStream(Files.newOutputStream(file));
  }

  @Override
  public void write(int b) throws IOException {
    lastNanos = in.arrived();
    file.write(b);
    if (inTrace) {
      line.append((char) b);
      if (b == '\n' || line.length() == MAX_TRACE) {
        endOfLine();
      }
    } else {
      behindTrace(b);
    }
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
      behindTrace(b);
    }
  }

  private void behindTrace(int b) {
    size++;
    if (start.length() < START) {
      start.append((char) (b & 0xff));
    }
    block[blocked++] = (byte) b;
    if (blocked == block.length) {
      digestBlock();
    }
  }

  private void digestBlock() {
    digest.update(block, 0, blocked);
    blocked = 0;
  }

  @Override
  public void close() throws IOException {
    endOfLine();
    digestBlock();
    file.close();
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

  /** Arrival of the last octet. */
  long lastNanos() {
    return lastNanos;
  }
}
