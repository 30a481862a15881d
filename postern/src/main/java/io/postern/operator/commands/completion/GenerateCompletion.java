package io.postern.operator.commands.completion;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The completion of the program that it is a command of. */
@Command(
    name = "generate-completion",
    description = {
      "Prints the completion for bash and zsh: source <(postern generate-completion)",
      "Names of organizations, connectors, domains, reports and contexts are asked of the installation, and remembered for a minute."
    },
    mixinStandardHelpOptions = true)
public final class GenerateCompletion implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    spec.commandLine().getOut().print(CompletionScript.of(spec.root()));
    return 0;
  }
}
