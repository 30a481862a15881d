package io.postern.stack.commands;

import io.postern.stack.DirectoryClient;
import io.postern.stack.RunningStack;
import io.postern.stack.Service;
import io.postern.stack.example.ExampleWorld;
import io.postern.stack.example.Variables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a directory file would change, and changes it. */
@Command(
    name = "apply",
    description =
        "Shows what a directory file changes (the organizations it names become as it says), and applies it.",
    mixinStandardHelpOptions = true)
public final class Apply implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Parameters(paramLabel = "FILE")
  private Path file = Path.of("");

  @Option(names = "--dry-run", description = "show the difference only")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    RunningStack running = state.running();
    DirectoryClient client =
        new DirectoryClient(running.httpPort(Service.POLICY), state.open().credentials());
    String yaml = Variables.fill(Files.readString(file), ExampleWorld.variables(state.open()));
    DirectoryClient.Answer answer = client.apply(yaml, dryRun);
    if (!answer.accepted()) {
      answer.problems().forEach(problem -> System.err.println(file + ": " + problem));
      System.err.println("postern: nothing was changed");
      return 1;
    }
    answer.changes().forEach(System.out::println);
    if (answer.changes().isEmpty()) {
      System.out.println("postern: the directory is as the file says already");
    } else if (dryRun) {
      System.out.println("postern: nothing was changed (--dry-run)");
    } else {
      System.out.println("postern: in force as version " + answer.version());
    }
    return 0;
  }
}
