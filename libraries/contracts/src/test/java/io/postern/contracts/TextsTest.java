package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Explanation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
  private static final String KEY = "\uD83D\uDD11"; // one character beyond the first 65,536

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void aCutTextIsTheBeginningAndHasNoHalfCharacter(int most) throws Exception {
    String text = "a" + KEY + KEY + "b";
    String cut = Texts.cut(text, most);

    assertThat(text).startsWith(cut);
    assertThat(cut.length()).isBetween(Math.min(most - 1, text.length()), most);
    assertThat(Explanation.parseFrom(summary(cut).toByteArray())).isEqualTo(summary(cut));
  }

  private static Explanation summary(String text) {
    return Explanation.newBuilder().setSummary(text).build();
  }

  @Test
  void aShortenedTextSaysSo() {
    assertThat(Texts.shortened("mail.example", 4)).isEqualTo("mail...");
    assertThat(Texts.shortened("mail", 4)).isEqualTo("mail");
    assertThat(Texts.shortened(KEY + KEY, 3)).isEqualTo(KEY + "...");
  }
}
