package io.postern.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.lab.contracts.AcceptedState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What scripts that call {@code postern} count on. */
class CommandsContractTest {
  record Found(String id, @Nullable Integer attempts, List<Step> steps, JsonNode answer) {}

  record Step(long at, boolean good) {}

  @Command(name = "list")
  static final class ListCommand {
    @Option(names = {"-n", "--limit"})
    int limit;

    @Option(names = "--yes")
    boolean yes;

    @Parameters(index = "0", paramLabel = "DOMAIN", arity = "0..1")
    String domain = "";

    @Mixin OutputOption<Found> output = new OutputOption<>();
  }

  @Command(name = "test", subcommands = ListCommand.class)
  static final class TestProgram {}

  private static final Map<String, String> BEFORE =
      CommandsContract.entries(new CommandLine(TestProgram.class));

  @Test
  void anEntryIsACommandAnOptionAParameterOrAField() {
    assertThat(BEFORE)
        .containsEntry("test list", "command")
        .containsEntry("test list --limit", "option -n, 1 value")
        .containsEntry("test list --yes", "option, no value")
        .containsEntry("test list DOMAIN", "parameter 0, 0..1 values")
        .containsEntry("test list -> id", "string")
        .containsEntry("test list -> attempts", "integer or absent")
        .containsEntry("test list -> steps[].at", "integer")
        .containsEntry("test list -> steps[].good", "boolean")
        .containsEntry("test list -> answer", "a JSON tree");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          test list --limit      | none             | option --limit of `test list` is gone: scripts that give it fail
          test list --yes        | option, 1 value  | option --yes of `test list` was: option, no value; is: option, 1 value: scripts that give it fail
          test list --limit      | option, 1 value  | option --limit of `test list` was: option -n, 1 value; is: option, 1 value: scripts that give it fail
          test list DOMAIN       | none             | parameter DOMAIN of `test list` is gone: scripts that give it fail
          test list -> id        | none             | field id in the JSON of `test list` is gone: scripts that read it fail
          test list -> steps[].at | string          | field steps[].at in the JSON of `test list` was integer and is string: scripts that read it fail
          test list -> id        | string or absent | field id in the JSON of `test list` was string and is string or absent: scripts that read it fail
          """)
  void aPlantedBreakIsNamed(String entry, @Nullable String facts, String expected) {
    assertThat(BEFORE).containsKey(entry);
    Map<String, String> now = new LinkedHashMap<>(BEFORE);
    if (facts == null) {
      now.remove(entry);
    } else {
      now.put(entry, facts);
    }

    assertThat(CommandsContract.breaks(BEFORE, now)).containsExactly(expected);
  }

  @Test
  void aCommandThatIsGoneAndAnOptionThatIsRequiredAreNamed() {
    Map<String, String> now = new LinkedHashMap<>(BEFORE);
    now.keySet().removeIf(entry -> entry.startsWith("test list"));
    assertThat(CommandsContract.breaks(BEFORE, now))
        .containsExactly("command `test list` is gone: scripts that call it fail");

    now.clear();
    now.putAll(BEFORE);
    now.put("test list --since", "required option, 1 value");
    assertThat(CommandsContract.breaks(BEFORE, now))
        .containsExactly(
            "option --since of `test list` is required now: scripts that do not give it fail");
  }

  @Test
  void theCommandsAreAsScriptsKnowThem() throws Exception {
    Map<String, String> now = CommandsContract.entries(new CommandLine(Main.class));

    assertThat(now)
        .containsKeys("postern queue list", "postern trace -> queueId", "postern status -> ready");
    assertThat(AcceptedState.differences("commands", now, CommandsContract::breaks)).isEmpty();
  }
}
