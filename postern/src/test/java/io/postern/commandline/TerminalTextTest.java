package io.postern.commandline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTextTest {
  private static List<String> plain(String text, int width) {
    return TerminalText.lines(text, OptionalInt.of(width), false);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "below the label|accepted   one two three four|24|accepted   one two three¶           four",
        "a label beyond the half is none|commands refused  one two three|24|commands refused  one¶two three",
        "below the number|  1. one two three four|16|  1. one two¶     three four",
        "below the indent|     one two three four|14|     one two¶     three¶     four",
        "a table's row|silent      crl    5001 ms  http://a|30|silent      crl    5001 ms ¶            http://a",
        "a long word stays whole|url  http://a.example/aaaaaaaaaaaaaaaaaaaaa b|20|url  http://a.example/aaaaaaaaaaaaaaaaaaaaa¶     b",
        "it fits|accepted   one two|18|accepted   one two",
      })
  void isBrokenBelowItsLabel(String name, String text, int width, String lines) {
    assertThat(plain(text, width)).as(name).containsExactly(lines.split("¶", -1));
  }

  @Test
  void withoutAWidthItIsNotBroken() {
    String line = "a ".repeat(1_000) + "b";
    assertThat(TerminalText.lines(line, OptionalInt.empty(), false)).containsExactly(line);
  }

  @RepeatedTest(200)
  void noWordIsLostAndNoLineIsTooLong(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int width = 20 + random.nextInt(100);
    StringBuilder text = new StringBuilder(" ".repeat(random.nextInt(4)));
    for (int words = 1 + random.nextInt(60); words > 0; words--) {
      text.append("x".repeat(1 + random.nextInt(9))).append(" ".repeat(1 + random.nextInt(3)));
    }
    List<String> lines = plain(text.toString(), width);
    assertThat(String.join(" ", lines).strip().split(" +"))
        .isEqualTo(text.toString().strip().split(" +"));
    assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
  }

  @ParameterizedTest
  @CsvSource({
    "'\u001b[2Jgone', '?[2Jgone'",
    "'a\r\nb', 'a??b'",
    "'a\u0007\u0085\u009b31m', 'a???31m'",
    "'\u202eevil\u2028', '?evil?'",
    "'grün ≠ 😀', 'grün ≠ 😀'",
    "'\uD800', '?'"
  })
  void whatAStrangerWroteMovesNoCursor(String text, String shown) {
    assertThat(TerminalText.lines(text, OptionalInt.of(80), true)).containsExactly(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "policy-service NOT READY, 'policy-service [NOT READY]'",
    "NOT CLEAN: 2 alarms, [NOT CLEAN]: 2 alarms",
    "'ALARM found nowhere: 1', '[ALARM] found nowhere: 1'",
    "1 FOUND TWICE, 1 [FOUND TWICE]",
    "it is not ready, it is not ready"
  })
  void findingsAreRedWhereThereIsColour(String text, String shown) {
    String red = shown.replace("[", "\u001b[1;31m").replaceAll("](?=.|$)", "\u001b[0m");
    assertThat(TerminalText.lines(text, OptionalInt.empty(), true)).containsExactly(red);
    assertThat(TerminalText.lines(text, OptionalInt.empty(), false)).containsExactly(text);
  }

  @ParameterizedTest
  @CsvSource({
    "80, 80",
    "132, 132",
    "5, 0",
    "15, 20",
    "9999, 1000",
    "0, 0",
    "'', 0",
    "wide, 0",
    "99999, 0"
  })
  void columns(String value, int width) {
    assertThat(Terminal.columns(Map.of("COLUMNS", value)))
        .isEqualTo(width == 0 ? OptionalInt.empty() : OptionalInt.of(width));
    assertThat(Terminal.columns(Map.of())).isEmpty();
  }
}
