package io.postern.smtp;

import io.postern.fuzzing.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Octets behind DATA: the content ends at the first CRLF . CRLF alone, wherever buffers are cut;
 * and any content comes through dot-stuffing as it is (RFC 5321 §4.5.2). The same octets in chunks
 * are looked at with the same result.
 */
final class DataFuzzTest extends FuzzTest {
  DataFuzzTest() {
    super(
        "\r\n", ".", "..", "\r\n.\r\n", "\r\n..\r\n", "\n.\n", "\r.\r", "\r", "\n", "\r\r\n", "\0");
  }

  @Override
  protected void take(byte[] input) {
    SplittableRandom cuts = new SplittableRandom(Arrays.hashCode(input));
    String text = latin1(input);
    decoded(text, cuts);
    stuffed(text, cuts);
  }

  private static void decoded(String wire, SplittableRandom cuts) {
    DataDecoder decoder = new DataDecoder();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int used = decode(decoder, wire, cuts, content);
    int end = wire.startsWith(".\r\n") ? 3 : wire.indexOf("\r\n.\r\n") + 5;
    boolean ends = end > 4 || wire.startsWith(".\r\n");
    same(ends, decoder.ended(), "it ends with CRLF . CRLF, and with nothing else");
    if (!ends) {
      return;
    }
    same(end, used, "octets behind the end are left");
    String lines = wire.substring(0, end - 3); // with the CRLF that belongs to the content
    String wanted = ("\r\n" + lines).replace("\r\n.", "\r\n").substring(2);
    same(wanted, latin1(content.toByteArray()), "the content without its added dots");
    same(bare(wanted), decoder.bareLineEnd(), "a bare CR or LF is reported");
    same(("\r\n" + wanted).contains("\r\n."), decoder.leadingDot(), "a leading dot is reported");
    chunks(wanted, cuts);
  }

  /** Octets used. */
  private static int decode(
      DataDecoder decoder, String wire, SplittableRandom cuts, ByteArrayOutputStream content) {
    byte[] octets = wire.getBytes(StandardCharsets.ISO_8859_1);
    int at = 0;
    while (at < octets.length && !decoder.ended()) {
      int count = Math.min(octets.length - at, 1 + cuts.nextInt(1 + cuts.nextInt(64)));
      ByteBuffer piece = ByteBuffer.wrap(Arrays.copyOfRange(octets, at, at + count));
      while (piece.hasRemaining() && !decoder.ended()) {
        ByteBuffer some = decoder.decode(piece);
        content.write(some.array(), some.arrayOffset() + some.position(), some.remaining());
      }
      at += count - piece.remaining();
    }
    return at;
  }

  private static boolean bare(String content) {
    String rest = content.replace("\r\n", "");
    return rest.indexOf('\r') >= 0 || rest.indexOf('\n') >= 0;
  }

  private static void chunks(String content, SplittableRandom cuts) {
    ChunkLines lines = new ChunkLines(false);
    byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = 0; at < octets.length; ) {
      int count = Math.min(octets.length - at, 1 + cuts.nextInt(64));
      lines.look(ByteBuffer.wrap(octets, at, count));
      at += count;
    }
    lines.end();
    same(bare(content), lines.bareLineEnd(), "a bare CR or LF is seen in chunks");
    same(("\r\n" + content).contains("\r\n."), lines.leadingDot(), "a leading dot in chunks");
  }

  private static void stuffed(String content, SplittableRandom cuts) {
    DotStuffer stuffer = new DotStuffer();
    byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer out = ByteBuffer.allocate(2 * octets.length + 2);
    for (int at = 0; at < octets.length; ) {
      int count = Math.min(octets.length - at, 1 + cuts.nextInt(64));
      ByteBuffer piece = ByteBuffer.wrap(octets, at, count);
      while (piece.hasRemaining()) {
        ByteBuffer room =
            out.slice(out.position(), Math.min(out.remaining(), 2 + cuts.nextInt(40)));
        stuffer.stuff(piece, room);
        out.position(out.position() + room.position());
      }
      at += count;
    }
    String wire = latin1(Arrays.copyOf(out.array(), out.position())) + latin1(stuffer.finish());
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    DataDecoder decoder = new DataDecoder();
    int used = decode(decoder, wire, cuts, back);
    holds(decoder.ended() && used == wire.length(), "what we send ends where we end it");
    boolean whole = content.isEmpty() || content.endsWith("\r\n");
    same(content + (whole ? "" : "\r\n"), latin1(back.toByteArray()), "content comes through");
  }

  private static String latin1(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }
}
