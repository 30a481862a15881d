package io.postern.console.web.partners;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files as the programs of administrators write them. */
class UploadedTextTest {
  private static final String TEXT = "comment: Müller & Söhne\n";

  @Test
  void eachEncodingGivesTheSameText() {
    for (Charset charset :
        List.of(
            StandardCharsets.UTF_8,
            StandardCharsets.UTF_16, // with a byte order mark
            StandardCharsets.ISO_8859_1,
            Charset.forName("windows-1252"))) {
      assertThat(UploadedText.decoded(TEXT.getBytes(charset))).as(charset.name()).isEqualTo(TEXT);
    }
    assertThat(UploadedText.decoded(("\ufeff" + TEXT).getBytes(StandardCharsets.UTF_16LE)))
        .isEqualTo(TEXT);
  }

  @Test
  void noOctetsAreTooStrange() {
    assertThat(UploadedText.decoded(new byte[0])).isEmpty();
    assertThat(UploadedText.decoded(new byte[] {(byte) 0xff})).isEqualTo("ÿ");
    assertThat(UploadedText.decoded(new byte[] {(byte) 0xc3, 0x28, (byte) 0x81})).hasSize(3);
  }

  @Test
  void withoutAFileThePastedTextIsTaken() {
    assertThat(UploadedText.of(null, "a\r\nb")).isEqualTo("a\nb");
  }
}
