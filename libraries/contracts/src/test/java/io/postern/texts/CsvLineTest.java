package io.postern.texts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvLineTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      textBlock =
          """
          contoso.example        | contoso.example
          =cmd()                 | '=cmd()
          @SUM(1)                | '@SUM(1)
          \uff1d1+1              | '\uff1d1+1
          `\n=1`                 | `"'\n=1"`
          `say "a", b`           | `"say ""a"", b"`
          `"=1`                  | `\"""=1"`
          `\u202e=1`             | [U+202E]=1
          """)
  void aStrangersTextIsTextInASpreadsheet(String text, String cell) {
    assertThat(CsvLine.of(List.of(text))).isEqualTo(cell + "\r\n");
  }

  @Test
  void aNumberIsANumber() {
    assertThat(CsvLine.of(List.of("mail", -1))).isEqualTo("mail,-1\r\n");
  }
}
