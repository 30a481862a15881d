package io.postern.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine line = new CommandLine(Main.class);
    return Main.run(
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)), args);
  }

  @ParameterizedTest
  @CsvSource({
    "0, --help",
    "0, --version",
    "0, trace --help",
    "0, generate-completion",
    "2, trace",
    "2, nonsense",
    "3, status --state /nowhere/at/all",
    "3, audit --context /nowhere/at/all",
    "3, trace 000000000000000000000"
  })
  void exitCodes(int code, String line) {
    assertThat(run(line.split(" "))).as(out + " " + err).isEqualTo(code);
  }

  /** A command that is new has a help of its own. */
  @Test
  void eachCommandExplainsItself() {
    CommandLine line = new CommandLine(Main.class);
    List<CommandLine> all = List.copyOf(line.getSubcommands().values());
    assertThat(all).hasSizeGreaterThan(8);
    assertThat(all)
        .allSatisfy(
            command ->
                assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandName())
                    .isNotEmpty());
  }
}
