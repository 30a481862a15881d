package io.postern.stack.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The message of a run, built once: all messages share its octets, but for a first header field
 * that names the message and the length and CRC-32C of its body, by which the sink recognizes it. A
 * relay may add header fields; a body that it changes is counted as damaged. No line begins with a
 * dot, so the octets are the same in DATA and BDAT.
 */
final class Template {
  /** RUN NUMBER LENGTH CRC. */
  static final String FIELD = "X-Load";

  private static final int LINE = 76;
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final String HEADER =
      """
      From: <sender@load.test>\r
      To: <list@load.test>\r
      Subject: load\r
      Date: Thu, 01 Jan 2026 00:00:00 +0000\r
      Message-ID: <load@load.test>\r
      MIME-Version: 1.0\r
      Content-Type: text/plain; charset=us-ascii\r
      \r
      """;

  /** Room for the field that differs. */
  private static final int FIELD_OCTETS = 45;

  private static final int LEAST = HEADER.length() + FIELD_OCTETS + 2;

  private final String run;
  private final String body;
  private final ByteBuf shared;
  private final int octets;

  /**
   * @param run names the run at the sink: letters and digits
   * @param octets of a message, about, with its header
   */
  Template(String run, int octets) {
    if (octets < LEAST) {
      throw new IllegalArgumentException("a message has at least " + LEAST + " octets");
    }
    byte[] bodyOctets = body(octets - HEADER.length() - FIELD_OCTETS);
    CRC32C crc = new CRC32C();
    crc.update(bodyOctets);
    this.run = run;
    this.body = bodyOctets.length + " " + Long.toHexString(crc.getValue());
    byte[] header = HEADER.getBytes(StandardCharsets.US_ASCII);
    this.octets = header.length + bodyOctets.length;
    this.shared = Unpooled.directBuffer(this.octets + 3);
    shared.writeBytes(header).writeBytes(bodyOctets).writeBytes(new byte[] {'.', '\r', '\n'});
  }

  private static byte[] body(int octets) {
    StringBuilder text = new StringBuilder(octets);
    int random = 12345;
    while (text.length() + LINE + 2 <= octets) {
      for (int i = 0; i < LINE; i++) {
        random = random * 1_664_525 + 1_013_904_223;
        text.append(ALPHABET.charAt(random >>> 26));
      }
      text.append("\r\n");
    }
    text.append("x".repeat(Math.max(0, octets - text.length() - 2))).append("\r\n");
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** The field of one message. */
  String field(int number) {
    return FIELD + ": " + run + " " + number + " " + body + "\r\n";
  }

  /** Octets of a message with this field. */
  int octets(String field) {
    return field.length() + octets;
  }

  /** What follows the field, with the end of data or without it; to be released by the channel. */
  ByteBuf rest(boolean endOfData) {
    return shared.retainedSlice(0, endOfData ? octets + 3 : octets);
  }
}
