package io.postern.texts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '\u202egnp.evil',             '[U+202E]gnp.evil'
          'mail\u2066.example\u2069',   'mail[U+2066].example[U+2069]'
          'contoso\u200b.example',      'contoso[U+200B].example'
          'a\u0000b\u001b[31m',         'a[U+0000]b[U+001B][31m'
          'csi\u009b1m\u0085\u2028',    'csi[U+009B]1m[U+0085][U+2028]'
          '\ufeffhost',                 '[U+FEFF]host'
          """)
  void whatNobodyWouldSeeIsShownAsItsCodePoint(String text, String visible) {
    assertThat(Visible.of(text)).isEqualTo(visible);
  }

  @Test
  void halvesOfACharacterAndTagsAreShownToo() {
    assertThat(Visible.of("a\ud83d")).isEqualTo("a[U+D83D]");
    assertThat(Visible.of("\udc00b")).isEqualTo("[U+DC00]b");
    assertThat(Visible.of(Character.toString(0xE0041) + "c")).isEqualTo("[U+E0041]c");
  }

  @Test
  void ordinaryTextOfAnyLanguageStays() {
    String text = "Jürgen 北京 \u05d0\u05d1 \ud83d\ude00 o\u0302\u0323\tx\r\n<b>\"&";
    assertThat(Visible.of(text)).isEqualTo(text);
  }

  @Test
  void marksWithoutNumberStayNearTheirLetter() {
    assertThat(Visible.of("z" + "\u0336".repeat(6) + "y" + "\u0336"))
        .isEqualTo("z" + "\u0336".repeat(4) + "[U+0336…]y" + "\u0336");
  }
}
