package io.postern.policy.recipients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a list in CSV (RFC 4180), in UTF-8, with or without a byte order mark. A line longer
 * than {@value #MOST_LINE} characters is cut, and no address any more. One thread.
 */
final class ListLines {
  static final int MOST_LINE = 1000;

  private final BufferedReader reader;
  private int number;

  ListLines(InputStream text) {
    reader =
        new BufferedReader(
            new InputStreamReader(
                text,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  /** Of the line read last, from 1. */
  int number() {
    return number;
  }

  /**
   * The next line; null at the end.
   *
   * @throws CharacterCodingException when it is not UTF-8
   */
  @Nullable String next() throws IOException {
    StringBuilder line = new StringBuilder();
    int c = reader.read();
    if (c < 0) {
      return null;
    }
    number++;
    for (; c >= 0 && c != '\n'; c = reader.read()) {
      if (line.length() <= MOST_LINE && !(number == 1 && c == 0xfeff)) {
        line.append((char) c);
      }
    }
    boolean cr = !line.isEmpty() && line.charAt(line.length() - 1) == '\r';
    return cr ? line.substring(0, line.length() - 1) : line.toString();
  }

  /** The fields of a line: between commas, or between quotes with "" for a quote. */
  static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && !quoted && field.isEmpty()) {
        quoted = true;
      } else if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (c == '"' && quoted) {
        quoted = false;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString().strip());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString().strip());
    return fields;
  }
}
