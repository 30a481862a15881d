package io.postern.operator.commands;

import io.postern.operator.api.DirectoryClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.connection.Variables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that shows the changes by a directory file, and makes them. */
@Command(
    name = "apply",
    description =
        "Shows the changes by a directory file (the organizations it names become as it says), and applies it.",
    mixinStandardHelpOptions = true)
public final class Apply implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "FILE", description = "a directory file; - is standard input")
  private Path file = Path.of("");

  @Option(names = "--dry-run", description = "show the difference only")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    ServiceApi policy = installation.policy();
    DirectoryClient client = new DirectoryClient(policy);
    String yaml = Variables.fill(read(), installation.variables());
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
      System.out.println("postern: in force as version " + answer.version() + " (" + policy + ")");
    }
    return 0;
  }

  private String read() throws IOException {
    return file.equals(STANDARD_INPUT)
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : Files.readString(file);
  }
}
