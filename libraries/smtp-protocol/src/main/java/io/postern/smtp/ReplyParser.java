package io.postern.smtp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parser of replies, line by line (RFC 5321 §4.2.1). Owner: one session, one thread; ready for
 * the next reply after each one returned and after each exception. Bounds: 2,048 octets a line (RFC
 * 5321 §4.5.3.1.5 says 512; real servers exceed it), 128 lines and 32 KiB a reply. Octets outside
 * printable ASCII become U+FFFD, '?' or UTF-8 characters; text is never interpreted beyond code and
 * enhanced code.
 */
public final class ReplyParser {
  public static final int MAX_LINE = 2_048;
  public static final int MAX_LINES = 128;
  public static final int MAX_BYTES = 32 * 1024;

  private final List<String> lines = new ArrayList<>();
  private int code;
  private int bytes;
  private @Nullable EnhancedCode enhanced;

  /** One line without CRLF; the reply when it is complete, null while "250-" lines go on. */
  public @Nullable Reply line(byte[] line) throws SmtpSyntaxException {
    int length =
        line.length > 0 && line[line.length - 1] == '\n'
            ? line.length - 1
            : line.length; // ended by a bare LF
    if (length > MAX_LINE || lines.size() >= MAX_LINES || bytes + length > MAX_BYTES) {
      throw refuse("reply too long");
    }
    if (length < 3
        || !digit(line[0], '2', '5')
        || !digit(line[1], '0', '9')
        || !digit(line[2], '0', '9')) {
      throw refuse("not a reply: \"" + printable(line, 0, length) + "\"");
    }
    int lineCode = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    boolean more = length > 3 && line[3] == '-';
    if (length > 3 && !more && line[3] != ' ') {
      throw refuse("not a reply: \"" + printable(line, 0, length) + "\"");
    }
    if (!lines.isEmpty() && lineCode != code) {
      throw refuse("reply with two codes: " + code + " and " + lineCode);
    }
    String text = length > 4 ? text(line, 4, length) : "";
    EnhancedCode found = EnhancedCode.prefix(text);
    int prefix = found == null ? 0 : found.toString().length();
    if (found != null
        && (prefix == text.length() || text.charAt(prefix) == ' ')
        && found.klass() == lineCode / 100) {
      if (lines.isEmpty()) {
        enhanced = found;
      }
      if (found.equals(enhanced)) {
        text = text.substring(Math.min(prefix + 1, text.length()));
      }
    }
    code = lineCode;
    bytes += length;
    lines.add(text);
    if (more) {
      return null;
    }
    Reply reply = new Reply(code, enhanced, lines);
    reset();
    return reply;
  }

  private SmtpSyntaxException refuse(String problem) {
    reset();
    return new SmtpSyntaxException(500, "5.5.0", problem);
  }

  private void reset() {
    lines.clear();
    bytes = 0;
    enhanced = null;
  }

  private static boolean digit(byte b, char from, char to) {
    return b >= from && b <= to;
  }

  private static String text(byte[] line, int from, int to) {
    String text = new String(line, from, to - from, StandardCharsets.UTF_8);
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return clean(text);
      }
    }
    return text;
  }

  private static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.chars()
        .forEach(c -> clean.append(Character.isISOControl(c) ? (c == '\t' ? ' ' : '?') : (char) c));
    return clean.toString();
  }

  private static String printable(byte[] line, int from, int to) {
    return Texts.printable(new String(line, from, to - from, StandardCharsets.ISO_8859_1), 80);
  }
}
