package io.postern.commandline;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A run of a command line. Exit codes: 0 all is well, 1 a finding, {@value #WRONG} the command line
 * is wrong, {@value #COULD_NOT_ASK} it could not ask, or its answer could not be written.
 *
 * <p>An error is a line on standard error: in words, or, where the command line asks for JSON, a
 * document with {@code error} and {@code exitCode}.
 */
public final class Program {
  public static final int COULD_NOT_ASK = 3;

  private static final int WRONG = 2;

  /** An error for programs. */
  record Failure(String error, int exitCode) {}

  private Program() {}

  /** Runs a command line in UTF-8, and ends this process with its exit code. */
  public static void main(CommandLine line, String... args) {
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    System.exit(run(line, args));
  }

  public static int run(CommandLine line, String... args) {
    IParameterExceptionHandler usual = line.getParameterExceptionHandler();
    line.setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionStrategy(
            parsed -> {
              refuseOptionsBeforeTheCommand(parsed);
              OutputOption.check(parsed);
              return new CommandLine.RunLast().execute(parsed);
            })
        .setParameterExceptionHandler(
            (problem, arguments) ->
                OutputOption.asksForJson(List.of(arguments))
                    ? failed(problem.getCommandLine(), true, describe(problem), WRONG)
                    : usual.handleParseException(problem, arguments))
        .setExecutionExceptionHandler(
            (problem, command, parsed) ->
                failed(
                    command,
                    OutputOption.asksForJson(parsed.originalArgs()),
                    describe(problem),
                    COULD_NOT_ASK));
    Terminal.columns(System.getenv())
        .ifPresent(width -> line.setUsageHelpAutoWidth(false).setUsageHelpWidth(helpWidth(width)));
    giveVersion(line.getCommandSpec(), line.getCommandSpec());
    int code;
    try {
      code = line.execute(args);
    } catch (Error e) { // the library passes it on, and Java would end with 1, a finding
      return failed(
          line, OutputOption.asksForJson(Arrays.asList(args)), e.toString(), COULD_NOT_ASK);
    }
    if (line.getOut().checkError()) { // flushes
      return failed(
          line,
          OutputOption.asksForJson(Arrays.asList(args)),
          "standard output was closed: the result is incomplete",
          COULD_NOT_ASK);
    }
    return code;
  }

  /** They would go to the program, which does nothing with them once there is a command. */
  private static void refuseOptionsBeforeTheCommand(ParseResult parsed) {
    if (parsed.hasSubcommand() && !parsed.matchedOptions().isEmpty()) {
      String option = parsed.matchedOptions().getFirst().longestName();
      CommandSpec command = parsed.subcommand().commandSpec();
      throw new ParameterException(
          parsed.commandSpec().commandLine(),
          "%s goes after the command: %s %1$s".formatted(option, command.qualifiedName()));
    }
  }

  // The library takes no less.
  private static int helpWidth(int width) {
    return Math.max(width, 55);
  }

  /** {@code --version} of each command is the program's. */
  private static void giveVersion(CommandSpec program, CommandSpec command) {
    for (Map.Entry<String, CommandLine> each : command.subcommands().entrySet()) {
      each.getValue().getCommandSpec().version(program.version());
      giveVersion(program, each.getValue().getCommandSpec());
    }
  }

  private static int failed(CommandLine line, boolean json, String message, int code) {
    if (json) {
      line.getErr().println(OutputOption.json(new Failure(message, code), false));
    } else {
      TerminalText.printableLines("postern: " + message).forEach(line.getErr()::println);
    }
    return code;
  }

  private static String describe(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.toString() : message;
  }
}
