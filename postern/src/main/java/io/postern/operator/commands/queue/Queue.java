package io.postern.operator.commands.queue;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for mail that waits or is held. */
@Command(
    name = "queue",
    description = "Lists the queue, and holds, releases, retries or cancels mail in it.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QueueList.class,
      QueueGroups.class,
      QueueAction.Hold.class,
      QueueAction.Release.class,
      QueueAction.Retry.class,
      QueueAction.Cancel.class,
      QueueFlush.class
    })
public final class Queue implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "write list, groups, hold, release, retry, cancel or flush");
  }
}
