package io.postern.ingress.intake;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.smtp.LineEnds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header section of a message as it streams by (RFC 5322 §2.2): its first 32 KiB, cut at a line
 * end, and the number of its Received fields (RFC 5321 §6.3), counted in the first MiB. Owner: the
 * session's thread. Never fails: what is no header field is kept as it is.
 */
public final class HeaderBlock {
  /** Kept octets at most. */
  public static final int LIMIT = 32 * 1024;

  private static final int LOOKED_AT = 1024 * 1024;
  private static final int MOST_OF_MESSAGE_ID = 998; // a line's octets, RFC 5322 §2.1.1
  private static final byte[] RECEIVED = "received:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MESSAGE_ID = "message-id:".getBytes(StandardCharsets.US_ASCII);

  private byte[] kept = new byte[2048];
  private int keptLines; // octets of kept up to its last line end
  private int seen; // octets of the section
  private boolean ended;
  private int column; // octets of the current line so far
  private int matched; // octets of "received:" that the line began with
  private int received;

  /** Looks at the octets between position and limit; leaves the buffer, which has an array. */
  public void look(ByteBuffer content) {
    if (ended || !content.hasRemaining()) {
      return;
    }
    byte[] bytes = content.array();
    int from = content.arrayOffset() + content.position();
    int to = lines(bytes, from, from + Math.min(content.remaining(), LOOKED_AT - seen));
    keep(bytes, from, to - from);
    seen += to - from;
    ended |= seen == LOOKED_AT;
  }

  /** Index behind the last octet of the section in {@code [from, to)}. */
  private int lines(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      while (i < to && column == matched && matched < RECEIVED.length && named(bytes[i])) {
        i++;
        column++;
        matched++;
        received += matched == RECEIVED.length ? 1 : 0;
      }
      int end = lineFeed(bytes, i, to);
      column += end - i;
      i = end;
      if (i < to) {
        i++;
        if (seen + i - from <= LIMIT) {
          keptLines = seen + i - from;
        }
        if (column <= 1) { // the empty line, CRLF
          ended = true;
          return i;
        }
        column = 0;
        matched = 0;
      }
    }
    return i;
  }

  private boolean named(byte octet) {
    return lower(octet) == RECEIVED[matched];
  }

  private static int lower(byte octet) {
    return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
  }

  private static int lineFeed(byte[] bytes, int from, int to) {
    int i = LineEnds.find(bytes, from, to);
    while (i < to && bytes[i] != '\n') {
      i = LineEnds.find(bytes, i + 1, to);
    }
    return i;
  }

  private void keep(byte[] bytes, int from, int length) {
    int count = Math.min(length, LIMIT - seen);
    if (count <= 0) {
      return;
    }
    if (seen + count > kept.length) {
      kept = Arrays.copyOf(kept, Math.min(LIMIT, Math.max(seen + count, 2 * kept.length)));
    }
    System.arraycopy(bytes, from, kept, seen, count);
  }

  /**
   * The header section, at most 32 KiB, without the empty line's successors; not copied, so nothing
   * may be looked at any more.
   */
  public ByteString bytes() {
    ended = true;
    return UnsafeByteOperations.unsafeWrap(kept, 0, length());
  }

  private int length() {
    return cut() ? keptLines : seen;
  }

  /** Whether more header was there than {@link #bytes()} has. */
  public boolean cut() {
    return seen > LIMIT;
  }

  /** Fields named Received so far. */
  public int receivedFields() {
    return received;
  }

  /** The Message-ID field's value, unfolded, at most 998 characters; empty when there is none. */
  public String messageId() {
    int length = length();
    for (int line = 0; line < length; line = next(line, length)) {
      if (isMessageId(line, length)) {
        return unfolded(line, length);
      }
    }
    return "";
  }

  private int next(int line, int length) {
    return Math.min(length, lineFeed(kept, line, length) + 1);
  }

  private boolean isMessageId(int line, int length) {
    if (length - line < MESSAGE_ID.length) {
      return false;
    }
    for (int i = 0; i < MESSAGE_ID.length; i++) {
      if (lower(kept[line + i]) != MESSAGE_ID[i]) {
        return false;
      }
    }
    return true;
  }

  /** RFC 5322 §2.2.3. */
  private String unfolded(int field, int length) {
    StringBuilder value = new StringBuilder();
    int from = field + MESSAGE_ID.length;
    do {
      int end = lineFeed(kept, from, length);
      boolean crlf = end < length && end > from && kept[end - 1] == '\r';
      value.append(
          new String(kept, from, end - from - (crlf ? 1 : 0), StandardCharsets.ISO_8859_1));
      from = Math.min(length, end + 1);
    } while (from < length && (kept[from] == ' ' || kept[from] == '\t'));
    String text = value.toString().strip();
    return text.substring(0, Math.min(text.length(), MOST_OF_MESSAGE_ID));
  }
}
