package io.postern.rules;

import com.google.protobuf.ByteString;
import io.postern.rules.received.HeaderFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A message's header section as it was recorded: its first 32 KiB. The fields of a name are read
 * once, whatever the number of recipients and rules that ask for them. Any thread.
 */
public final class RecordedHeader {
  /** Fields of one name that are looked at. */
  private static final int MOST_FIELDS = 50;

  private final ByteString block;
  private final boolean cut;
  private final Map<String, List<String>> bodies = new ConcurrentHashMap<>();
  private final Map<Object, Boolean> answers = new ConcurrentHashMap<>();

  /**
   * @param block its first 32 KiB
   * @param cut it was longer
   */
  public RecordedHeader(ByteString block, boolean cut) {
    this.block = block;
    this.cut = cut;
  }

  public ByteString block() {
    return block;
  }

  public boolean cut() {
    return cut;
  }

  /**
   * Whether a field of this name has one of the words.
   *
   * @param words in lower case; empty: any field of the name is enough
   * @param asker what asks for these words of this name; the answer is kept for it
   */
  boolean has(String name, List<String> words, Object asker) {
    return answers.computeIfAbsent(
        asker,
        one -> {
          List<String> found = bodies.computeIfAbsent(name.toLowerCase(Locale.ROOT), this::read);
          return words.isEmpty()
              ? !found.isEmpty()
              : found.stream().anyMatch(body -> words.stream().anyMatch(w -> hasWord(body, w)));
        });
  }

  private List<String> read(String name) {
    return HeaderFields.of(name, block.toByteArray(), cut, MOST_FIELDS).stream()
        .map(body -> new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
        .map(body -> body.toLowerCase(Locale.ROOT))
        .toList();
  }

  /**
   * As a word of its own: "true" is not in "untrue". Compared where a word begins, and only there.
   */
  private static boolean hasWord(String text, String word) {
    for (int at = 0; at + word.length() <= text.length(); at++) {
      boolean begins = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
      int end = at + word.length();
      if (begins
          && text.startsWith(word, at)
          && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
        return true;
      }
    }
    return false;
  }
}
