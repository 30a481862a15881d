package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.connection.NamedContext;
import io.postern.operator.connection.UserFolder;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that lists the contexts that have a name. */
@Command(
    name = "contexts",
    description = {
      "Lists the contexts in ~/.config/postern, the one in use, and the user that you are signed "
          + "in as.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true,
    subcommands = ContextsUse.class)
public final class Contexts implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("name", "in use", "policy-service", "signed in as", "until");

  @Mixin private OutputOption<Result> output = OutputOption.ofTable();

  /** The result. */
  record Result(List<NamedContext> contexts) {
    TextTable table() {
      return new TextTable(
          COLUMNS,
          contexts.stream()
              .map(
                  each ->
                      List.of(
                          each.name(),
                          each.inUse() ? "yes" : "",
                          each.problem().isEmpty()
                              ? each.policy()
                              : "NOT READABLE: " + each.problem(),
                          each.user(),
                          each.renewed() ? "renewed by the provider" : each.until()))
              .toList());
    }
  }

  @Override
  public Integer call() throws Exception {
    Result result = new Result(NamedContext.all(UserFolder.here()));
    output.printTable(result, result.table());
    if (result.contexts().isEmpty()) {
      output.note("no context: create one as ~/.config/postern/NAME.properties");
    }
    String variable = System.getenv().getOrDefault("POSTERN_CONTEXT", "");
    if (!variable.isEmpty()) {
      output.note("POSTERN_CONTEXT names " + variable + ", which overrides the one in use");
    }
    return result.contexts().isEmpty() ? 1 : 0;
  }
}
