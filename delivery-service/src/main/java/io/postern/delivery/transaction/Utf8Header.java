package io.postern.delivery.transaction;

import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The search for UTF-8 in header fields (RFC 6532 §3): the message's, those of its parts, and those
 * of messages in it. It never misses one, and may take a paragraph of the body for a header: behind
 * each line that may be a delimiter of parts (RFC 2046 §5.1.1), and behind a header that names a
 * type "message/". Memory: none of the content's.
 */
final class Utf8Header {
  private static final String MESSAGE = "message/";

  private boolean header = true;
  private boolean messageFollows; // a header names a type of message: its body begins with a header
  private int matched; // of "message/"
  private int column;
  private int dashes; // at the start of the line
  private boolean delimiter; // the line is one, as far as it has come
  private boolean blank = true; // the line is, as far as it has come

  private Utf8Header() {}

  static boolean in(ContentStream content) throws ContentException {
    Utf8Header search = new Utf8Header();
    for (@Nullable ByteBuffer in = content.next(); in != null; in = content.next()) {
      while (in.hasRemaining()) {
        if (search.octet(in.get())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a header field has it. */
  private boolean octet(byte b) {
    if (b == '\n') {
      endOfLine();
      return false;
    }
    if (b == '\r') {
      return false;
    }
    blank = false;
    if (header) {
      int lower = b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
      // No prefix of the word ends as it begins, so a mismatch begins anew.
      matched = lower == MESSAGE.charAt(matched) ? matched + 1 : lower == 'm' ? 1 : 0;
      if (matched == MESSAGE.length()) {
        messageFollows = true;
        matched = 0;
      }
      return b < 0;
    }
    if (column < 2) {
      dashes += b == '-' ? 1 : 0;
    } else if (dashes == 2) {
      // A boundary is in ASCII and not of spaces alone, as in "-- " above a signature.
      delimiter |= b > ' ';
      if (b < 0) {
        delimiter = false;
        dashes = 0;
      }
    }
    column++;
    return false;
  }

  private void endOfLine() {
    if (header && blank) {
      header = messageFollows;
      messageFollows = false;
    } else if (!header && delimiter) {
      header = true;
    }
    matched = 0;
    column = 0;
    dashes = 0;
    delimiter = false;
    blank = true;
  }
}
