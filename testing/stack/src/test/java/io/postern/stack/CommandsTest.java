package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.commandline.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandsTest {
  /** Of an installation that somebody sets up or signs in to, or of the program itself. */
  private static final Set<String> NOT_BESIDE_A_RUN =
      Set.of("set-up", "contexts", "sign-in", "sign-out", "change-password", "generate-completion");

  /** docs/reference/commands.md: {@code ./run COMMAND} is the same beside a ./run. */
  @Test
  void runHasTheCommandsOfTheProgram() throws Exception {
    Set<String> missing =
        new TreeSet<>(new CommandLine(io.postern.operator.Main.class).getSubcommands().keySet());
    missing.removeAll(new CommandLine(new Main()).getSubcommands().keySet());
    assertThat(missing).isEqualTo(NOT_BESIDE_A_RUN);
  }

  @Test
  void anOptionBeforeTheCommandIsRefused() {
    StringWriter error = new StringWriter();
    CommandLine line = Main.line().setErr(new PrintWriter(error));
    assertThat(Program.run(line, "--state=elsewhere", "stop")).isEqualTo(2);
    assertThat(error.toString()).contains("--state goes after the command: ./run stop --state");
  }
}
