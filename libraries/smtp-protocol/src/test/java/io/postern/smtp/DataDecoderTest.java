package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataDecoderTest {
  private static final byte[] ALPHABET = "\r\n.\r\n.\r\n.ab".getBytes(StandardCharsets.US_ASCII);

  private record Decoded(
      byte[] content, byte[] rest, boolean ended, boolean bare, boolean leadingDot) {
    String text() {
      return new String(content, StandardCharsets.ISO_8859_1);
    }
  }

  /** Feeds {@code wire} in random pieces, each at a random place of an array of its own. */
  private static Decoded decode(byte[] wire, Random random) {
    DataDecoder decoder = new DataDecoder();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    ByteBuffer in = ByteBuffer.allocate(0);
    int fed = 0;
    while (!decoder.ended() && (fed < wire.length || in.hasRemaining())) {
      if (!in.hasRemaining()) {
        int count =
            Math.min(wire.length - fed, 1 + random.nextInt(random.nextBoolean() ? 3 : 4096));
        in = piece(wire, fed, count, random);
        fed += count;
      }
      ByteBuffer decoded = decoder.decode(in);
      content.write(
          decoded.array(), decoded.arrayOffset() + decoded.position(), decoded.remaining());
    }
    byte[] rest = join(new byte[0], remaining(in), Arrays.copyOfRange(wire, fed, wire.length));
    return new Decoded(
        content.toByteArray(), rest, decoder.ended(), decoder.bareLineEnd(), decoder.leadingDot());
  }

  private static ByteBuffer piece(byte[] wire, int from, int count, Random random) {
    int before = random.nextInt(4);
    ByteBuffer all = ByteBuffer.allocate(before + count + random.nextInt(4));
    ByteBuffer in = random.nextBoolean() ? all.position(before).slice() : all.position(before);
    in.mark();
    return in.put(wire, from, count).limit(in.position()).reset();
  }

  private static byte[] remaining(ByteBuffer in) {
    byte[] rest = new byte[in.remaining()];
    in.get(rest);
    return rest;
  }

  private static byte[] stuff(byte[] content, Random random) {
    DotStuffer stuffer = new DotStuffer();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    int fed = 0;
    while (fed < content.length) {
      int count =
          Math.min(content.length - fed, 1 + random.nextInt(random.nextBoolean() ? 3 : 4096));
      ByteBuffer in =
          random.nextBoolean() ? ByteBuffer.allocate(count) : ByteBuffer.allocateDirect(count);
      in.put(content, fed, count).flip();
      fed += count;
      while (in.hasRemaining()) {
        ByteBuffer out = ByteBuffer.allocate(2 + random.nextInt(64));
        stuffer.stuff(in, out);
        wire.write(out.array(), 0, out.position());
      }
    }
    wire.writeBytes(stuffer.finish());
    return wire.toByteArray();
  }

  @Test
  void decodingStuffedContentGivesTheContentUnderAnySplit() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] content = new byte[random.nextInt(i % 100 == 0 ? 20_000 : 40)];
      for (int k = 0; k < content.length; k++) {
        content[k] = ALPHABET[random.nextInt(ALPHABET.length)];
      }
      byte[] wire = join(stuff(content, random), "QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      Decoded decoded = decode(wire, random);
      boolean endsWithCrlf =
          content.length == 0 || new String(content, StandardCharsets.US_ASCII).endsWith("\r\n");
      byte[] expected = endsWithCrlf ? content : join(content, new byte[] {'\r', '\n'});
      assertThat(decoded.ended()).isTrue();
      assertThat(decoded.content()).isEqualTo(expected);
      assertThat(decoded.bare()).isEqualTo(hasBare(expected));
      assertThat(decoded.leadingDot()).isEqualTo(hasLeadingDot(expected));
      assertThat(new String(decoded.rest(), StandardCharsets.US_ASCII)).isEqualTo("QUIT\r\n");
    }
  }

  private static boolean hasBare(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.US_ASCII).replace("\r\n", "");
    return text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0;
  }

  private static boolean hasLeadingDot(byte[] bytes) {
    return ("\r\n" + new String(bytes, StandardCharsets.ISO_8859_1)).contains("\r\n.");
  }

  @Test
  void contentWithoutALeadingDotIsTheSameStuffedOrNot() {
    Random random = new Random(4);
    int without = 0;
    for (int i = 0; i < 20_000; i++) {
      String[] lines = {"\r\n", "a\r\n", "a.b\r\n", "a.\r\n", ".\r\n", "..\r\n", ".a\r\n"};
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(8); k > 0; k--) {
        text.append(lines[random.nextInt(random.nextBoolean() ? 4 : lines.length)]);
      }
      byte[] content = text.toString().getBytes(StandardCharsets.US_ASCII);
      byte[] wire = stuff(content, random);
      boolean same =
          Arrays.equals(wire, join(content, ".\r\n".getBytes(StandardCharsets.US_ASCII)));
      assertThat(decode(wire, random).leadingDot()).isEqualTo(!same);
      without += same ? 1 : 0;
    }
    assertThat(without).isBetween(2_000, 18_000); // both are seen
  }

  @Test
  void arbitraryOctetsAgreeWithASlowReferenceUnderAnySplit() {
    Random random = new Random(2);
    for (int i = 0; i < 20_000; i++) {
      byte[] wire = new byte[random.nextInt(60)];
      for (int k = 0; k < wire.length; k++) {
        wire[k] =
            random.nextInt(10) == 0
                ? (byte) random.nextInt(256)
                : ALPHABET[random.nextInt(ALPHABET.length)];
      }
      String text = "\r\n" + new String(wire, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n.\r\n");
      Decoded decoded = decode(wire, random);
      assertThat(decoded.ended()).isEqualTo(end >= 0);
      if (end >= 0) {
        String content = text.substring(0, end + 2).replace("\r\n.", "\r\n").substring(2);
        assertThat(decoded.text()).isEqualTo(content);
        assertThat(decoded.leadingDot()).isEqualTo(hasLeadingDot(decoded.content()));
        assertThat(decoded.rest()).isEqualTo(Arrays.copyOfRange(wire, end + 3, wire.length));
        assertThat(decoded.bare())
            .isEqualTo(hasBare(text.substring(0, end + 5).getBytes(StandardCharsets.ISO_8859_1)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\n.\n", "a\r.\r", "a\n.\r\n", "a\r\n.\n", "a\r\n.\r", "a\r.\r\n", "a\r\n.\r\r\n",
            "a\r\n\0.\r\n",
        "a\r\r\n.\n", "a\n\r.\r\n", "a\r\n.\n\r\n", "a\r\n.\rQUIT\r\n", ".\n", "\n.\r\n",
            "a\r\r\n..\r\n", "a\r\n.\0\r\n"
      })
  void smugglingNeverEndsData(String wire) {
    for (int seed = 0; seed < 50; seed++) {
      Decoded decoded = decode(wire.getBytes(StandardCharsets.ISO_8859_1), new Random(seed));
      assertThat(decoded.ended()).isFalse();
      if (hasBare(wire.getBytes(StandardCharsets.ISO_8859_1)) && !wire.endsWith("\r")) {
        assertThat(decoded.bare()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'.\r\n',''",
    "'\r\n.\r\n','\r\n'",
    "'..\r\n.\r\n','.\r\n'",
    "'.x\r\n.\r\n','x\r\n'",
    "'a\r\n...\r\n.\r\n','a\r\n..\r\n'"
  })
  void transparency(String wire, String content) {
    // CsvSource keeps the escapes of Java: these are real line ends
    Decoded decoded = decode(wire.getBytes(StandardCharsets.US_ASCII), new Random(3));
    assertThat(decoded.ended()).isTrue();
    assertThat(decoded.text()).isEqualTo(content);
    assertThat(decoded.bare()).isFalse();
  }

  @Test
  void nothingIsTakenBehindTheEnd() {
    DataDecoder decoder = new DataDecoder();
    ByteBuffer in = ByteBuffer.wrap("a\r\n.\r\nMAIL".getBytes(StandardCharsets.US_ASCII));
    assertThat(decoder.decode(in).remaining()).isEqualTo(3);
    assertThat(in.remaining()).isEqualTo(4);
    assertThat(decoder.ended()).isTrue();
    assertThat(decoder.decode(in).remaining()).isZero();
    assertThat(in.remaining()).isEqualTo(4);
    assertThat(new String(remaining(in), StandardCharsets.US_ASCII)).isEqualTo("MAIL");
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
