package io.postern.rules.received;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one name in a header section, unfolded, topmost first (RFC 5322 §2.2.3). A name is
 * recognised in any case and with white space before its colon (RFC 5322 §4.5): a Received field of
 * a gateway that were overlooked here would leave the next one, which anybody may have written, to
 * be taken for it. Stateless, any thread; linear in the octets.
 */
public final class HeaderFields {
  private HeaderFields() {}

  /**
   * The bodies of the first {@code most} fields, line ends removed; octets above 127 are characters
   * of their own.
   *
   * @param name of the fields, in any case
   * @param header a header section, with or without its empty line
   * @param cut octets of the section are missing at its end: its last field may be half of one and
   *     is left out
   */
  public static List<String> of(String name, byte[] header, boolean cut, int most) {
    String section = new String(header, StandardCharsets.ISO_8859_1);
    List<String> found = new ArrayList<>();
    int at = 0;
    while (at < section.length() && found.size() < most) {
      int end = fieldEnd(section, at);
      if (end == at || isLineEnd(section, at)) {
        break; // the empty line
      }
      if (cut && end == section.length()) {
        break;
      }
      int colon = colon(name, section, at, end);
      if (colon >= 0) {
        found.add(unfolded(section.substring(colon + 1, end)));
      }
      at = end;
    }
    return found;
  }

  /** Index of the colon after the name; -1: another field. */
  private static int colon(String name, String section, int from, int end) {
    if (!section.regionMatches(true, from, name, 0, name.length())) {
      return -1;
    }
    int i = from + name.length();
    while (i < end && isBlank(section.charAt(i))) {
      i++;
    }
    return i < end && section.charAt(i) == ':' ? i : -1;
  }

  /** Index behind the field's last line end: a line that begins with white space goes on. */
  private static int fieldEnd(String section, int from) {
    int i = from;
    while (true) {
      int feed = section.indexOf('\n', i);
      if (feed < 0) {
        return section.length();
      }
      i = feed + 1;
      if (i == section.length() || !isBlank(section.charAt(i))) {
        return i;
      }
    }
  }

  private static boolean isLineEnd(String section, int at) {
    return section.charAt(at) == '\n' || section.startsWith("\r\n", at);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static String unfolded(String body) {
    StringBuilder text = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '\t') {
        text.append(' ');
      } else if (c != '\r' && c != '\n') {
        text.append(c);
      }
    }
    return text.toString().strip();
  }
}
