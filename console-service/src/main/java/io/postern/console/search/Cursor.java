package io.postern.console.search;

import io.postern.api.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;

/**
 * A place in a list of messages and refusals, the newest first: the last entry that was shown. New
 * mail comes before it, so a list that is paged through does not move.
 *
 * @param at Unix milliseconds
 * @param key "m" and the queue id; "r", partition and offset of a refusal, each with leading zeros
 */
public record Cursor(long at, String key) {
  static final Comparator<Cursor> NEWEST_FIRST =
      Comparator.comparingLong(Cursor::at).thenComparing(Cursor::key).reversed();

  static Cursor message(long at, String queueId) {
    return new Cursor(at, "m" + queueId);
  }

  static Cursor refusal(long at, int partition, long offset) {
    return new Cursor(at, "r%05d.%019d".formatted(partition, offset));
  }

  boolean isMessage() {
    return key.startsWith("m");
  }

  String queueId() {
    return key.substring(1);
  }

  int partition() {
    return Integer.parseInt(key, 1, 6, 10);
  }

  long offset() {
    return Long.parseLong(key, 7, key.length(), 10);
  }

  /** For a link: letters, digits, hyphens and underscores. */
  public String text() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((at + "," + key).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws ProblemException 400
   */
  public static Cursor parse(String text) {
    try {
      String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
      int comma = plain.indexOf(',');
      Cursor cursor = new Cursor(Long.parseLong(plain, 0, comma, 10), plain.substring(comma + 1));
      if (cursor.key.matches("m[0-9a-z]{21}|r\\d{5}\\.\\d{19}")) {
        return cursor;
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // as below
    }
    throw ProblemException.badRequest(
        "after", "It is not a position in a list.", "Follow a next link.");
  }
}
