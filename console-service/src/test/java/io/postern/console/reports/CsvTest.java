package io.postern.console.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.store.ReadTo;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTest {
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
    List<List<Object>> rows = List.of(List.of(text));
    assertThat(
            Csv.of(
                new Report("refused", "", "", List.of("rule"), rows, false, new ReadTo(List.of()))))
        .isEqualTo("rule\r\n" + cell + "\r\n");
  }
}
