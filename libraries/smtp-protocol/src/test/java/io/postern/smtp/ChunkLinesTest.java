package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkLinesTest {
  private static final byte[] ALPHABET = "\r\n\r\n\r\n.ab".getBytes(StandardCharsets.US_ASCII);

  private static ChunkLines of(String content, boolean binary, Random cuts) {
    byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
    ChunkLines lines = new ChunkLines(binary);
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + 1 + cuts.nextInt(cuts.nextBoolean() ? 3 : 40));
      ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
      lines.look(cuts.nextBoolean() ? in : in.slice());
      assertThat(in.remaining()).isEqualTo(to - from);
      from = to;
    }
    lines.end();
    return lines;
  }

  private static boolean bare(String text) {
    String rest = text.replace("\r\n", "");
    return rest.indexOf('\r') >= 0 || rest.indexOf('\n') >= 0;
  }

  @Test
  void anyContentAgreesWithASlowReferenceUnderAnySplit() {
    Random random = new Random(3030);
    int clean = 0;
    for (int run = 0; run < 30_000; run++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(25); k > 0; k--) {
        int kind = random.nextInt(8);
        text.append(
            kind == 0
                ? String.valueOf((char) ALPHABET[random.nextInt(ALPHABET.length)])
                : kind < 4 ? "\r\n" : kind == 4 ? "." : "a long word without an end");
      }
      String content = text.toString();
      ChunkLines lines = of(content, false, random);
      assertThat(lines.bareLineEnd()).as(content).isEqualTo(bare(content));
      if (!bare(content)) {
        assertThat(lines.leadingDot()).isEqualTo(("\r\n" + content).contains("\r\n."));
        clean++;
      }
      int body = ("\r\n" + content).indexOf("\r\n\r\n");
      String header = body < 0 ? content : content.substring(0, body + 2);
      assertThat(of(content, true, random).bareLineEnd()).as(content).isEqualTo(bare(header));
    }
    assertThat(clean).isBetween(3_000, 27_000); // both are seen
  }

  /** With {@code <} for CR, {@code >} for LF and {@code 0} for NUL. */
  @ParameterizedTest
  @CsvSource({
    "A: b<><>0>.<<>.<>x, false",
    "<>><, false",
    "A: b><><>body, true",
    "A: b<>>.<>body, true",
    "A: b<<><>body, true",
    "A: b<, true",
  })
  void binaryContentHasLinesInItsHeaderAlone(String content, boolean bare) {
    String octets = content.replace('<', '\r').replace('>', '\n').replace('0', '\0');
    for (int seed = 0; seed < 50; seed++) {
      ChunkLines lines = of(octets, true, new Random(seed));
      assertThat(lines.bareLineEnd()).isEqualTo(bare);
      assertThat(lines.leadingDot()).isTrue(); // nobody has looked
    }
  }

  @Test
  void aLongContentIsLookedAtInOnePass() {
    byte[] content = new byte[1 << 20];
    Arrays.fill(content, (byte) 'x');
    content[content.length - 1] = '\n';
    ChunkLines lines = new ChunkLines(false);
    lines.look(ByteBuffer.wrap(content));
    assertThat(lines.bareLineEnd()).isTrue();
  }
}
