package io.postern.operator;

import io.postern.operator.commands.Apply;
import io.postern.operator.commands.AuditCommand;
import io.postern.operator.commands.Certificates;
import io.postern.operator.commands.Judge;
import io.postern.operator.commands.Queue;
import io.postern.operator.commands.Refusals;
import io.postern.operator.commands.Rehearse;
import io.postern.operator.commands.Status;
import io.postern.operator.commands.Trace;
import io.postern.operator.setup.SetUp;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code postern}. */
@Command(
    name = "postern",
    description = {
      "Asks an installation of Postern, and sets one up.",
      "TLS protects the connection, not the message: who receives a mail may forward it, and that decides anew."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Status.class,
      Trace.class,
      Refusals.class,
      Queue.class,
      AuditCommand.class,
      Apply.class,
      Certificates.class,
      Rehearse.class,
      io.postern.check.Main.class,
      Judge.class,
      SetUp.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Main {
  /** Fine. A finding is 1, a wrong command line 2. */
  public static final int COULD_NOT_ASK = 3;

  /** Of the jar; none in a folder of classes. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"postern " + (version == null ? "(not packaged)" : version)};
    }
  }

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(new CommandLine(new Main()), args));
  }

  /**
   * Runs a command line. What a command cannot do is one line, and exit code {@value
   * #COULD_NOT_ASK}.
   */
  public static int run(CommandLine line, String... args) {
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> {
              command.getErr().println("postern: " + describe(problem));
              return COULD_NOT_ASK;
            })
        .execute(args);
  }

  private static String describe(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.toString() : message;
  }
}
