package io.postern.operator.commands.hops;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for next hops that need an operator's approval. */
@Command(
    name = "next-hops",
    description = "Lists, approves and revokes next hops that need an operator's approval.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {NextHopsList.class, NextHopsApprove.class, NextHopsRevoke.class})
public final class NextHops implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "write list, approve or revoke");
  }
}
