package io.postern.e2e.kills;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;

/**
 * Contents of the load, from the seed: the sequence number in front, then lines out of one random
 * block, some of which begin with dots. CRLF line ends. Immutable; any thread.
 */
final class Bodies {
  static final String SEQUENCE = "X-Seq: ";

  private static final int BLOCK = 1 << 20;
  private static final int SHORTEST_LINE = 4;
  private static final int LONGEST_LINE = 80;

  private final long seed;
  private final byte[] block = new byte[BLOCK];

  Bodies(long seed) {
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    int at = 0;
    while (at < BLOCK) {
      int length = SHORTEST_LINE + random.nextInt(LONGEST_LINE - SHORTEST_LINE);
      if (BLOCK - at - length < SHORTEST_LINE) {
        length = BLOCK - at; // no rest that is no line
      }
      for (int i = 0; i < length - 2; i++) {
        block[at + i] =
            (byte) (i == 0 && random.nextInt(12) == 0 ? '.' : ' ' + 1 + random.nextInt(94));
      }
      block[at + length - 2] = '\r';
      block[at + length - 1] = '\n';
      at += length;
    }
  }

  byte[] of(Plan.Message message, String organization) {
    byte[] header =
        (SEQUENCE
                + message.seq()
                + "\r\nFrom: <"
                + message.reversePath(organization)
                + ">\r\nSubject: "
                + message.seq()
                + " of "
                + seed
                + "\r\nMessage-ID: <"
                + message.seq()
                + "@"
                + organization
                + ".kills>\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] content = new byte[Math.max(message.size(), header.length + 2)];
    System.arraycopy(header, 0, content, 0, header.length);
    int from = (int) (message.seq() * 7_919L % BLOCK);
    for (int at = header.length; at < content.length; ) {
      int length = Math.min(content.length - at, BLOCK - from);
      System.arraycopy(block, from, content, at, length);
      at += length;
      from = 0;
    }
    content[content.length - 2] = '\r';
    content[content.length - 1] = '\n';
    repair(content, header.length);
    return content;
  }

  /** Cuts may have left half a line end: bare CR and LF are refused. */
  private static void repair(byte[] content, int from) {
    if (content[from] == '\n') {
      content[from] = 'x';
    }
    if (content[content.length - 3] == '\r') {
      content[content.length - 3] = 'x';
    }
  }

  static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
