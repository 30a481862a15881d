package io.postern.policy.notices;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The writing of strangers' text (addresses, replies, header fields) into a mail: without control
 * characters and lines that are too long, so that no text begins a field or a part of its own.
 * Pure; any thread.
 */
public final class MimeText {
  public static final String CRLF = "\r\n";
  private static final int FOLD = 76;
  private static final int LONGEST_WORD = 500; // of 998 octets a line (RFC 5322 §2.1.1)
  private static final int LONGEST_LINE = 998;
  private static final Pattern MANY_SPACES = Pattern.compile(" {9,}");
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private MimeText() {}

  /** One line of at most {@code max} characters: controls become spaces, invisible ones "?". */
  static String clean(String text, int max) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), max));
    text.codePoints()
        .limit(max)
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR ->
                    clean.append(' ');
                // Bidirectional overrides among them: a text must not be able to look like another.
                case Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    clean.append('?');
                default -> clean.appendCodePoint(c);
              }
            });
    return clean.toString();
  }

  /** As {@link #clean}, in printable ASCII. */
  static String ascii(String text, int max) {
    StringBuilder ascii = new StringBuilder(clean(text, max));
    for (int i = 0; i < ascii.length(); i++) {
      if (ascii.charAt(i) > '~') {
        ascii.setCharAt(i, '?');
      }
    }
    return ascii.toString();
  }

  /** A field, folded at its spaces (RFC 5322 §2.2.3); none without a value. */
  public static void field(StringBuilder out, String name, String value) {
    if (value.isBlank()) {
      return;
    }
    out.append(name).append(':');
    int column = name.length() + 1;
    for (String word : words(value)) {
      // Never a line of spaces alone.
      if (!word.isEmpty() && column > name.length() + 1 && column + 1 + word.length() > FOLD) {
        out.append(CRLF);
        column = 0;
      }
      out.append(' ').append(word);
      column += 1 + word.length();
    }
    out.append(CRLF);
  }

  /** A paragraph, each line behind an indentation. */
  static void paragraph(StringBuilder out, String indent, String text) {
    int column = 0;
    for (String word : words(text)) {
      if (!word.isEmpty() && column > 0 && column + 1 + word.length() > FOLD - 4) {
        out.append(CRLF);
        column = 0;
      }
      out.append(column == 0 ? indent : " ").append(word);
      column += (column == 0 ? indent.length() : 1) + word.length();
    }
    out.append(CRLF);
  }

  /** The words; very long ones are cut, and very many spaces become eight. */
  private static String[] words(String text) {
    String words = MANY_SPACES.matcher(text.strip()).replaceAll(" ".repeat(8));
    return cut(words).split(" ", -1);
  }

  private static String cut(String words) {
    if (words.length() <= LONGEST_WORD && isAscii(words)) {
      return words;
    }
    StringBuilder cut = new StringBuilder(words.length() + words.length() / LONGEST_WORD);
    int octets = 0;
    for (int c : words.codePoints().toArray()) {
      int more = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      if (c != ' ' && octets + more > LONGEST_WORD) {
        cut.append(' ');
        octets = 0;
      }
      octets = c == ' ' ? 0 : octets + more;
      cut.appendCodePoint(c);
    }
    return cut.toString();
  }

  /**
   * The header of a body part, with the empty line behind it.
   *
   * @param encoding the content transfer encoding; empty: no field
   */
  static String partHeader(String type, String encoding, String description) {
    return "Content-Type: "
        + type
        + CRLF
        + (encoding.isEmpty() ? "" : "Content-Transfer-Encoding: " + encoding + CRLF)
        + "Content-Description: "
        + description
        + CRLF
        + CRLF;
  }

  /** RFC 5322 §3.3. */
  public static String date(long millis) {
    return DATE.format(Instant.ofEpochMilli(millis));
  }

  /**
   * 128 random bits, drawn after the content is written: the content has no such line (RFC 2046
   * §5.1.1).
   */
  static String boundary() {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    return "=_" + HexFormat.of().formatHex(random); // "=_" is in no quoted-printable text either
  }

  static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  /** Whether the text is 7bit (RFC 2045 §2.7): lines end with CRLF and have at most 998 octets. */
  static boolean isSevenBit(byte[] text) {
    for (byte octet : text) {
      if (octet < 0) {
        return false;
      }
    }
    return isEightBit(text);
  }

  /** Whether the text is 8bit (RFC 2045 §2.8) in UTF-8. */
  static boolean isUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      return false;
    }
    return isEightBit(text);
  }

  private static boolean isEightBit(byte[] text) {
    int line = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == 0) {
        return false;
      }
      if (text[i] == '\r' && i + 1 < text.length && text[i + 1] == '\n') {
        line = 0;
        i++;
      } else if (text[i] == '\r' || text[i] == '\n' || ++line > LONGEST_LINE) {
        return false;
      }
    }
    return true;
  }

  /** RFC 2045 §6.7; CRLF is a line break, CR or LF alone is data. */
  static byte[] quotedPrintable(byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + text.length / 8);
    int column = 0;
    for (int i = 0; i < text.length; i++) {
      if (breaksAt(text, i)) {
        out.write('\r');
        out.write('\n');
        column = 0;
        i++;
        continue;
      }
      int octet = text[i] & 0xff;
      boolean blank = octet == ' ' || octet == '\t';
      boolean atEnd = i + 1 == text.length || breaksAt(text, i + 1);
      boolean plain = octet > ' ' && octet <= '~' && octet != '=' || blank && !atEnd;
      if (column + (plain ? 1 : 3) > FOLD - 1) {
        out.writeBytes("=\r\n".getBytes(StandardCharsets.US_ASCII));
        column = 0;
      }
      if (plain) {
        out.write(octet);
        column++;
      } else {
        out.write('=');
        out.write(HEX.toHighHexDigit(octet));
        out.write(HEX.toLowHexDigit(octet));
        column += 3;
      }
    }
    return out.toByteArray();
  }

  private static boolean breaksAt(byte[] text, int i) {
    return text[i] == '\r' && i + 1 < text.length && text[i + 1] == '\n';
  }
}
