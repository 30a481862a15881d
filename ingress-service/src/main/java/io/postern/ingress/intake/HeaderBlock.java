package io.postern.ingress.intake;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The header section of a message as it streams by (RFC 5322 §2.2): its first 32 KiB, cut at a line
 * end, and the number of its Received fields (RFC 5321 §6.3), counted in the first MiB. Owner: the
 * session's thread. Never fails: what is no header field is kept as it is.
 */
public final class HeaderBlock {
  /** Kept octets at most. */
  public static final int LIMIT = 32 * 1024;

  private static final int LOOKED_AT = 1024 * 1024;
  private static final byte[] RECEIVED = "received:".getBytes(StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(2048);
  private int keptLines; // length of kept up to its last line end
  private boolean cut;
  private boolean ended;
  private int seen;
  private int column; // octets of the current line before this one
  private int matched; // octets of "received:" that the line began with
  private int received;

  /** Looks at the octets between position and limit; leaves the buffer as it is. */
  public void look(ByteBuffer content) {
    for (int i = content.position(); i < content.limit() && !ended; i++) {
      next(content.get(i));
    }
  }

  private void next(byte octet) {
    if (kept.size() < LIMIT) {
      kept.write(octet);
    } else {
      cut = true;
    }
    if (octet == '\n') {
      if (!cut) {
        keptLines = kept.size();
      }
      ended = column <= 1; // the empty line, CRLF
      column = 0;
      matched = 0;
    } else {
      if (matched == column && matched < RECEIVED.length && lower(octet) == RECEIVED[matched]) {
        matched++;
        if (matched == RECEIVED.length) {
          received++;
        }
      }
      if (column < Integer.MAX_VALUE) {
        column++;
      }
    }
    if (++seen >= LOOKED_AT) {
      ended = true;
    }
  }

  private static int lower(byte octet) {
    return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
  }

  /** The header section, at most 32 KiB, without the empty line's successors. */
  public byte[] bytes() {
    byte[] all = kept.toByteArray();
    return cut ? java.util.Arrays.copyOf(all, keptLines) : all;
  }

  /** Whether more header was there than {@link #bytes()} has. */
  public boolean cut() {
    return cut;
  }

  /** Fields named Received so far. */
  public int receivedFields() {
    return received;
  }

  /** The Message-ID field's value, unfolded, at most 998 characters; empty when there is none. */
  public String messageId() {
    String[] lines = new String(bytes(), StandardCharsets.ISO_8859_1).split("\r?\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (!lines[i].toLowerCase(Locale.ROOT).startsWith("message-id:")) {
        continue;
      }
      StringBuilder value = new StringBuilder(lines[i].substring("message-id:".length()));
      while (i + 1 < lines.length
          && !lines[i + 1].isEmpty()
          && " \t".indexOf(lines[i + 1].charAt(0)) >= 0) {
        value.append(lines[++i]);
      }
      String text = value.toString().strip();
      return text.substring(0, Math.min(text.length(), 998));
    }
    return "";
  }
}
