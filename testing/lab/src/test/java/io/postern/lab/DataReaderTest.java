package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataReaderTest {
  /** CR and LF as r and n. */
  @ParameterizedTest
  @CsvSource({
    "'.rn', ''",
    "'arn.rn', 'arn'",
    "'..arn.rn', '.arn'",
    "'...rn.rn', '..rn'",
    "'n.rnrn.rn', 'n.rnrn'",
    "'an.rn.rn', 'an.rn'",
    "'ar.rn.rn', 'ar.rn'",
    "'.rarn.rn', 'rarn'",
    "'.rrn.rn', 'rrn'",
    "'.arn.rn', 'arn'"
  })
  void onlyDotBetweenCrlfsEndsTheContent(String wire, String content) throws IOException {
    assertThat(text(read(wire.replace('r', '\r').replace('n', '\n'))))
        .isEqualTo(content.replace('r', '\r').replace('n', '\n'));
  }

  @Test
  void whatFollowsTheEndIsLeftAndContentWithoutEndFails() throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes("x\r\n.\r\nQUIT\r\n"));
    DataReader.copy(in, new ByteArrayOutputStream(), () -> {});
    assertThat(text(in.readAllBytes())).isEqualTo("QUIT\r\n");
    assertThatThrownBy(() -> read("x\r\n.")).isInstanceOf(EOFException.class);
  }

  @Test
  void anyContentSurvivesStuffing() throws IOException {
    Random random = new Random(42);
    byte[] alphabet = bytes(".\r\nx");
    for (int i = 0; i < 20_000; i++) {
      byte[] content = new byte[random.nextInt(24)];
      for (int j = 0; j < content.length; j++) {
        content[j] = alphabet[random.nextInt(alphabet.length)];
      }
      byte[] read = read(text(SmtpClient.stuffed(content)));
      boolean ended = content.length == 0 || text(content).endsWith("\r\n");
      assertThat(text(read)).isEqualTo(text(content) + (ended ? "" : "\r\n"));
    }
  }

  private static byte[] read(String wire) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataReader.copy(new ByteArrayInputStream(bytes(wire)), out, () -> {});
    return out.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
