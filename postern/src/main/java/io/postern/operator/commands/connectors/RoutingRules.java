package io.postern.operator.commands.connectors;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for routing rules one by one. */
@Command(
    name = "routing-rules",
    description = "Lists, shows and changes routing rules.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RoutingRulesList.class,
      RoutingRulesShow.class,
      RoutingRulesSet.class,
      RoutingRulesAdd.class,
      RoutingRulesRemove.class
    })
public final class RoutingRules implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "write list, show, set, add or remove");
  }
}
