package io.postern.operator.commands;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The manual page of the program that it is a command of. */
@Command(
    name = "generate-man-page",
    description =
        "Prints this program's manual page: postern generate-man-page > postern.1; man ./postern.1",
    mixinStandardHelpOptions = true)
public final class GenerateManPage implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(ManPage.of(spec.root()));
    return 0;
  }
}
