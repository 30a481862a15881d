package io.postern.rules.received;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderFieldsTest {
  private static List<String> of(String header, boolean cut, int most) {
    return HeaderFields.of("Received", header.getBytes(StandardCharsets.ISO_8859_1), cut, most);
  }

  @Test
  void fieldsAreUnfoldedTopmostFirst() {
    assertThat(
            of(
                "Received: from a\r\n\tby b; date\r\nX-Received: no\r\nSubject: Received: no\r\n"
                    + "RECEIVED : from c by\r\n d; date\r\nreceived\t:e\r\n\r\nReceived: body\r\n",
                false,
                9))
        .containsExactly("from a by b; date", "from c by d; date", "e");
  }

  @Test
  void noMoreThanAskedFor() {
    assertThat(of("Received: 1\r\nReceived: 2\r\nReceived: 3\r\n\r\n", false, 2))
        .containsExactly("1", "2");
  }

  @Test
  void theLastFieldOfASectionThatWasCutMayBeHalfOfOne() {
    assertThat(of("Received: 1\r\nReceived: from a\r\n", true, 9)).containsExactly("1");
    assertThat(of("Received: 1\r\nReceived: from a\r\n", false, 9)).containsExactly("1", "from a");
  }

  @Test
  void anEmptyOrDamagedSectionHasNone() {
    assertThat(of("", false, 9)).isEmpty();
    assertThat(of("\r\nReceived: body\r\n", false, 9)).isEmpty();
    assertThat(of("\nReceived: body\r\n", false, 9)).isEmpty();
    assertThat(of(" Received: x\r\n", false, 9)).isEmpty();
    Random random = new Random(3);
    byte[] noise = new byte[2_000];
    for (int i = 0; i < 2_000; i++) {
      random.nextBytes(noise);
      assertThat(HeaderFields.of("Received", noise, random.nextBoolean(), 9)).hasSizeLessThan(10);
    }
  }
}
