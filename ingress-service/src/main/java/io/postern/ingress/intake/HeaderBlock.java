package io.postern.ingress.intake;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.Texts;
import io.postern.smtp.LineEnds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header section of a message as it streams by (RFC 5322 §2.2): its first 32 KiB, cut at a line
 * end, and the number of its Received fields (RFC 5321 §6.3), counted in the first MiB. Owner: the
 * session's thread. Never fails: it keeps lines that are no header fields as they are.
 */
public final class HeaderBlock {
  /** Kept octets at most. */
  public static final int LIMIT = 32 * 1024;

  /** Octets in which fields are counted: a larger bound of the section would not be noticed. */
  public static final int LOOKED_AT = 1024 * 1024;

  private static final int MOST_OF_MESSAGE_ID = 998; // a line's octets, RFC 5322 §2.1.1
  private static final byte[] RECEIVED = "received:".getBytes(StandardCharsets.US_ASCII);
  private static final String MESSAGE_ID = "message-id";
  private static final String TLS_REQUIRED = "tls-required:";
  private static final Pattern FIELD_END = Pattern.compile("\\r?\\n(?![ \\t])");

  private byte[] kept = new byte[2048];
  private int keptLines; // octets of kept up to its last line end
  private int seen; // octets of the section
  private boolean ended;
  private int column; // octets of the current line so far
  private int matched; // octets of "received:" that the line began with
  private int received;
  private @Nullable Boolean fields; // the kept lines are header fields; null: not asked yet

  /** Reads the octets between position and limit; leaves the buffer, which has an array. */
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
    return Character.toLowerCase(octet) == RECEIVED[matched];
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

  /** All that is kept of the section has come: its end, or more than 32 KiB. */
  public boolean complete() {
    return ended || cut();
  }

  /**
   * The header section with its empty line, at most 32 KiB; not copied, so no more octets may be
   * read, unless it is {@link #complete}.
   */
  public ByteString bytes() {
    ended |= !cut();
    return UnsafeByteOperations.unsafeWrap(kept, 0, length());
  }

  private int length() {
    return cut() ? keptLines : seen;
  }

  /** The header section is longer than {@link #bytes()}. */
  public boolean cut() {
    return seen > LIMIT;
  }

  /**
   * The section has more octets than that, at most {@link #LOOKED_AT}. Content that begins with
   * other lines than header fields has no section, however late its first empty line.
   */
  public boolean larger(int most) {
    if (seen <= most) {
      return false;
    }
    if (fields == null) {
      fields = onlyFields();
    }
    return fields;
  }

  /** Of the kept lines; each is a field or the continuation of one (RFC 5322 §2.2). */
  private boolean onlyFields() {
    int length = Math.min(seen, LIMIT);
    int line = 0;
    while (line < length) {
      int end = lineFeed(kept, line, length);
      boolean cut = end == length && line > 0;
      if (!cut && !isWhite(kept[line]) && !isField(line, end)) {
        return false;
      }
      line = end + 1;
    }
    return true;
  }

  private boolean isField(int line, int end) {
    int name = line;
    while (name < end && kept[name] > ' ' && kept[name] != ':') {
      name++;
    }
    int colon = name;
    while (colon < end && isWhite(kept[colon])) { // RFC 5322 §4.5
      colon++;
    }
    return name > line && colon < end && kept[colon] == ':';
  }

  private static boolean isWhite(byte octet) {
    return octet == ' ' || octet == '\t';
  }

  /** Fields named Received so far. */
  public int receivedFields() {
    return received;
  }

  /** The Message-ID field's value, unfolded, at most 998 characters; empty when there is none. */
  public String messageId() {
    return value(MESSAGE_ID);
  }

  /** The value of the first field of this name in {@link #bytes}, as {@link #messageId}'s. */
  String value(String name) {
    String beginning = name.toLowerCase(Locale.ROOT) + ":";
    int line = find(beginning, 0);
    return line < 0 ? "" : unfolded(text(line + beginning.length(), length()));
  }

  /**
   * There is one TLS-Required field, and its value is "No" (RFC 8689 §3). More than one is against
   * the RFC, and none of them counts. Neither does one beyond the octets that are kept: the message
   * then goes as strictly as any other.
   */
  public boolean tlsRequiredNo() {
    int line = find(TLS_REQUIRED, 0);
    return line >= 0
        && find(TLS_REQUIRED, line + 1) < 0
        && unfolded(text(line + TLS_REQUIRED.length(), length())).equalsIgnoreCase("no");
  }

  /**
   * Index of the first line that begins there or later and with {@code name}; -1: none.
   *
   * @param name in lower case, with its colon
   */
  private int find(String name, int from) {
    int length = length();
    int line = from == 0 ? 0 : lineFeed(kept, from, length) + 1;
    while (line + name.length() <= length) {
      if (Character.toLowerCase(kept[line]) == name.charAt(0)
          && text(line, line + name.length()).equalsIgnoreCase(name)) {
        return line;
      }
      line = lineFeed(kept, line, length) + 1;
    }
    return -1;
  }

  private String text(int from, int to) {
    return new String(kept, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** RFC 5322 §2.2.3. */
  private static String unfolded(String field) {
    String text = FIELD_END.split(field, 2)[0].replaceAll("\r?\n", "").strip();
    return Texts.cut(text, MOST_OF_MESSAGE_ID);
  }
}
