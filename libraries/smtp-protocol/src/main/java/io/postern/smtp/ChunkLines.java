package io.postern.smtp;

import java.nio.ByteBuffer;

/**
 * The lines of one content that comes in chunks (RFC 3030 §2), looked at as its octets pass,
 * however the chunks cut them. It goes on by DATA mostly, where the next host's opinion of a line
 * end decides what is content and what a command: so a bare CR or LF (RFC 5321 §2.3.8) is reported,
 * as {@link DataDecoder} reports it. Binary content (BODY=BINARYMIME) has lines in its header
 * section alone; behind the first empty line every octet is content and nothing is looked at.
 * Owner: one session, one thread, one message. Keeps no octets.
 */
public final class ChunkLines {
  private final boolean binary;
  private boolean lineStart = true;
  private boolean emptyLine; // the CR before came at a line's start
  private boolean cr; // the octet before was one; the next decides whether it was a line end
  private boolean behindLines; // in a binary body
  private boolean bareLineEnd;
  private boolean leadingDot;

  /**
   * @param binary the body has no lines
   */
  public ChunkLines(boolean binary) {
    this.binary = binary;
  }

  /** Looks at the octets between position and limit; leaves the buffer, which has an array. */
  public void look(ByteBuffer content) {
    byte[] bytes = content.array();
    int i = content.arrayOffset() + content.position();
    int to = i + content.remaining();
    while (i < to && !behindLines) {
      byte octet = bytes[i];
      if (octet == '\n') {
        bareLineEnd |= !cr;
        behindLines = binary && cr && emptyLine;
        lineStart = cr;
        cr = false;
        i++;
        continue;
      }
      bareLineEnd |= cr;
      cr = octet == '\r';
      emptyLine = cr && lineStart;
      leadingDot |= lineStart && octet == '.';
      lineStart = false;
      i = cr ? i + 1 : LineEnds.find(bytes, i, to);
    }
  }

  /** The content has ended: a CR as its last octet was no line end. */
  public void end() {
    bareLineEnd |= cr;
    cr = false;
  }

  /** There was a CR without LF or an LF without CR where content has lines. */
  public boolean bareLineEnd() {
    return bareLineEnd;
  }

  /**
   * A line of the content, the first included, begins with a dot: a sender must put one more in
   * front. Always true of binary content, whose body nobody has looked at.
   */
  public boolean leadingDot() {
    return leadingDot || binary;
  }
}
