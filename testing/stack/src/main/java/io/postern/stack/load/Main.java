package io.postern.stack.load;

import io.postern.commandline.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code benchmarks/smtp}: the programs of the benchmarks. */
@Command(
    name = "benchmarks/smtp",
    description = "Measures a mail relay on this machine: load goes in, and comes out at a sink.",
    mixinStandardHelpOptions = true,
    subcommands = {
      LoadCommand.class,
      SinkCommand.class,
      CertificatesCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Program.main(new CommandLine(new Main()), args);
  }
}
