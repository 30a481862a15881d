package io.postern.stack;

import io.postern.commandline.Program;
import io.postern.operator.commands.Apply;
import io.postern.operator.commands.AuditCommand;
import io.postern.operator.commands.Certificates;
import io.postern.operator.commands.CheckConnector;
import io.postern.operator.commands.Dns;
import io.postern.operator.commands.Example;
import io.postern.operator.commands.Hybrid;
import io.postern.operator.commands.Judge;
import io.postern.operator.commands.Queue;
import io.postern.operator.commands.Recipients;
import io.postern.operator.commands.Refusals;
import io.postern.operator.commands.Rehearse;
import io.postern.operator.commands.Status;
import io.postern.operator.commands.TlsReportsCommand;
import io.postern.operator.commands.Trace;
import io.postern.stack.commands.Clean;
import io.postern.stack.commands.Demo;
import io.postern.stack.commands.Send;
import io.postern.stack.commands.Stop;
import io.postern.stack.commands.Up;
import io.postern.stack.commands.Warm;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./run}: without a subcommand it starts everything and stays up. */
@Command(
    name = "./run",
    description = {
      "Starts Postern on this machine: a Kafka broker, the four services, and an example partner and mailbox.",
      "TLS protects the connection, not the message: a recipient may forward a mail, and that decides anew."
    },
    mixinStandardHelpOptions = true,
    versionProvider = io.postern.operator.Main.Version.class,
    subcommands = {
      Demo.class,
      Example.class,
      Apply.class,
      Recipients.class,
      Send.class,
      Trace.class,
      Refusals.class,
      Queue.class,
      Judge.class,
      io.postern.check.Main.class,
      CheckConnector.class,
      Hybrid.class,
      Certificates.class,
      Rehearse.class,
      Dns.class,
      TlsReportsCommand.class,
      Status.class,
      AuditCommand.class,
      Stop.class,
      Clean.class,
      Warm.class,
      CommandLine.HelpCommand.class
    })
public final class Main extends Up {
  public static void main(String[] args) {
    Program.main(new CommandLine(new Main()), args);
  }
}
