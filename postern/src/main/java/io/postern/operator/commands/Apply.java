package io.postern.operator.commands;

import io.postern.commandline.InputFile;
import io.postern.commandline.TerminalText;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.connection.Variables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that shows the changes by a directory file, and makes them. */
@Command(
    name = "apply",
    description =
        "Shows the changes that a directory file makes to the organizations in it, and applies "
            + "them.",
    mixinStandardHelpOptions = true)
public final class Apply implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "FILE", description = "a directory file; - is standard input")
  private Path file = Path.of("");

  @Mixin private ReasonOption reason = new ReasonOption();

  @Option(names = "--dry-run", description = "shows the difference only")
  private boolean dryRun;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    ServiceApi policy = installation.policy();
    DirectoryClient client = new DirectoryClient(policy);
    String yaml = Variables.fill(InputFile.text(file), installation.variables());
    DirectoryClient.Answer answer = client.apply(yaml, dryRun, reason.text());
    if (!answer.accepted()) {
      PrintWriter err = spec.commandLine().getErr();
      answer.problems().forEach(problem -> print(err, file + ": " + problem));
      print(err, "postern: nothing was changed");
      return 1;
    }
    PrintWriter out = spec.commandLine().getOut();
    answer.changes().forEach(change -> print(out, change));
    if (answer.changes().isEmpty()) {
      print(out, "postern: the directory is up to date");
    } else if (dryRun) {
      print(out, "postern: nothing was changed (--dry-run)");
    } else {
      print(out, "postern: in force as version " + answer.version() + " (" + policy + ")");
    }
    return 0;
  }

  /** Names in it may be anybody's. */
  private static void print(PrintWriter to, String text) {
    TerminalText.printableLines(text).forEach(to::println);
  }
}
