package io.postern.operator;

import io.postern.commandline.Program;
import io.postern.operator.commands.Apply;
import io.postern.operator.commands.AuditCommand;
import io.postern.operator.commands.Certificates;
import io.postern.operator.commands.CheckConnector;
import io.postern.operator.commands.Dns;
import io.postern.operator.commands.Example;
import io.postern.operator.commands.GenerateManPage;
import io.postern.operator.commands.Handshakes;
import io.postern.operator.commands.Hybrid;
import io.postern.operator.commands.Judge;
import io.postern.operator.commands.MtaSts;
import io.postern.operator.commands.Queue;
import io.postern.operator.commands.Recipients;
import io.postern.operator.commands.Refusals;
import io.postern.operator.commands.Rehearse;
import io.postern.operator.commands.Status;
import io.postern.operator.commands.TlsReportsCommand;
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
      "TLS protects the connection, not the message: a recipient may forward a mail, and that decides anew."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Status.class,
      Trace.class,
      Refusals.class,
      Handshakes.class,
      Queue.class,
      AuditCommand.class,
      Example.class,
      Apply.class,
      Recipients.class,
      Certificates.class,
      MtaSts.class,
      Rehearse.class,
      Dns.class,
      TlsReportsCommand.class,
      io.postern.check.Main.class,
      CheckConnector.class,
      Hybrid.class,
      Judge.class,
      SetUp.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class,
      GenerateManPage.class
    })
public final class Main {
  /** Of the jar; none in a folder of classes. */
  public static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"postern " + (version == null ? "(not packaged)" : version)};
    }
  }

  private Main() {}

  public static void main(String[] args) {
    Program.main(new CommandLine(new Main()), args);
  }
}
