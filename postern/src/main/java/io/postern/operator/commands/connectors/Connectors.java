package io.postern.operator.commands.connectors;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for connectors one by one. */
@Command(
    name = "connectors",
    description = "Lists, shows and changes connectors.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ConnectorsList.class,
      ConnectorsShow.class,
      ConnectorsSet.class,
      ConnectorsAdd.class,
      ConnectorsRemove.class,
      ConnectorsUpgradeReview.class
    })
public final class Connectors implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "write list, show, set, add, remove or upgrade-review");
  }
}
