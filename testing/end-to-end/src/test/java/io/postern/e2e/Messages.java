package io.postern.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Messages for tests; CRLF line ends. */
final class Messages {
  private Messages() {}

  static byte[] small(String subject) {
    return """
        From: sender@example.com
        To: recipient@example.com
        Subject: %s
        Message-ID: <%s@example.com>

        .A line that begins with a dot.
        ..Two dots.
        The end.
        """
        .formatted(subject, Integer.toHexString(subject.hashCode()))
        .replace("\n", "\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A message of at least so many bytes, different for each seed, with dots at line starts and one
   * very long line.
   */
  static byte[] large(int bytes, long seed) {
    byte[] header = small("large " + seed);
    byte[] message = new byte[bytes + header.length];
    System.arraycopy(header, 0, message, 0, header.length);
    Random random = new Random(seed);
    int longLine = header.length + 100_000;
    int column = 0;
    for (int i = header.length; i < message.length - 2; i++) {
      boolean mayBreak = i < header.length + 1_000 || i > longLine;
      if (mayBreak && column > 70 && i < message.length - 4) {
        message[i++] = '\r';
        message[i++] = '\n';
        message[i] = '.';
        column = 0;
      } else {
        message[i] = (byte) (' ' + 1 + random.nextInt(90));
        column++;
      }
    }
    message[message.length - 2] = '\r';
    message[message.length - 1] = '\n';
    return message;
  }
}
