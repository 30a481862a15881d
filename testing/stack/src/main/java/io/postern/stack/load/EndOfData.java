package io.postern.stack.load;

import io.netty.buffer.ByteBuf;

/**
 * Finds CRLF.CRLF in octets that come in pieces (RFC 5321 §4.1.1.4). It looks for dots, of which
 * the messages of a {@link Template} have none: that costs least.
 */
final class EndOfData {
  private int before = CRLF; // the last two octets, DATA's line end at first
  private int matched; // of ".CRLF" at the start of a line, by the octets so far

  private static final int CRLF = ('\r' << 8) | '\n';

  /** The index behind the end of data, or -1 where it is not in the buffer's readable octets. */
  int in(ByteBuf octets) {
    int end = octets.writerIndex();
    int at = octets.readerIndex();
    while (at < end) {
      if (matched == 0) {
        int dot = octets.indexOf(at, end, (byte) '.');
        int skipTo = dot < 0 ? end : dot;
        note(octets, at, skipTo);
        if (dot < 0) {
          return -1;
        }
        matched = before == CRLF ? 1 : 0;
        note(octets, dot, dot + 1);
        at = dot + 1;
        continue;
      }
      byte next = octets.getByte(at);
      if (next == (matched == 1 ? '\r' : '\n')) {
        matched++;
        note(octets, at, at + 1);
        at++;
        if (matched == 3) {
          return at;
        }
      } else {
        matched = 0; // looked at again: it may be a dot
      }
    }
    return -1;
  }

  private void note(ByteBuf octets, int from, int to) {
    for (int i = Math.max(from, to - 2); i < to; i++) {
      before = ((before << 8) | (octets.getByte(i) & 0xff)) & 0xffff;
    }
  }
}
