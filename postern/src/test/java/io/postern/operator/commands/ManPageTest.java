package io.postern.operator.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.operator.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** What the program has, its manual page and docs/reference/commands.md have. */
class ManPageTest {
  private static final CommandSpec PROGRAM = new CommandLine(Main.class).getCommandSpec();

  private static List<CommandSpec> commands(CommandSpec parent) {
    List<CommandSpec> all = new ArrayList<>();
    for (CommandLine line : parent.subcommands().values()) {
      if (line.getCommandSpec().usageMessage().hidden()) {
        continue;
      }
      all.add(line.getCommandSpec());
      all.addAll(commands(line.getCommandSpec()));
    }
    return all;
  }

  /** The names of a page that are missing: of commands, of options. */
  private static Set<String> missing(String page) {
    Set<String> missing = new TreeSet<>();
    for (CommandSpec command : commands(PROGRAM)) {
      String name = command.qualifiedName(" ").replaceFirst("^postern ", "");
      if (!page.contains(name)) {
        missing.add(name);
      }
      for (OptionSpec option : command.options()) {
        for (String each : option.names()) {
          if (!page.matches("(?s).*(?<![\\w-])" + each + "(?![\\w-]).*")) {
            missing.add(name + " " + each);
          }
        }
      }
    }
    return missing;
  }

  @Test
  void theManualPageNamesEachCommandAndOption() {
    String page = ManPage.of(PROGRAM).replace("\\-", "-");
    assertThat(commands(PROGRAM)).hasSizeGreaterThan(15);
    assertThat(missing(page)).isEmpty();
    assertThat(page).startsWith(".TH \"POSTERN\" \"1\"").contains(".SH \"EXIT STATUS\"");
    assertThat(page.chars()).allMatch(c -> c < 0x7f);
    assertThat(page).doesNotContain("${").doesNotContain("%n");
    // Each line is a macro of man(7), or text that cannot be taken for one.
    assertThat(page.lines().filter(line -> line.startsWith(".") || line.startsWith("'")))
        .allMatch(line -> line.matches("\\.(TH|SH|SS|TP|PP|B)( .*)?"));
  }

  @Test
  void thePageOfTheProgramNamesEachCommandAndOption() throws IOException {
    String page = Files.readString(Path.of("../docs/reference/commands.md"));
    assertThat(missing(page)).as("not in docs/reference/commands.md").isEmpty();
  }

  @Command(
      name = "odd",
      description = {".hidden \\ 'quoted'", "'tick"},
      subcommands = Odd.Sub.class)
  static final class Odd {
    @Command(name = "sub", description = "x")
    static final class Sub {
      @Option(names = "--a-b", description = ".dot \"x\"")
      private boolean odd;
    }
  }

  @Test
  void textIsNoMacro() {
    assertThat(ManPage.of(new CommandLine(new Odd()).getCommandSpec()))
        .contains(
            "odd \\- .hidden \\e 'quoted'\n",
            ".PP\n\\&.hidden \\e 'quoted'\n",
            ".PP\n\\&'tick\n",
            ".TP\n.B \\-\\-a\\-b\n\\&.dot \"x\"\n");
  }
}
