package io.postern.operator.commands.exchange;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.ExchangeClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that writes the partner's connectors as commands of Exchange. */
@Command(
    name = "exchange",
    description =
        "Prints PowerShell commands for a partner with Exchange Online. Review them before you "
            + "send them. Changes nothing.",
    mixinStandardHelpOptions = true)
final class ExportExchange implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Option(
      names = "--for",
      paramLabel = "SIDE",
      description =
          "partner: the pair of connectors that the partner makes in Exchange Online (default: ${DEFAULT-VALUE})")
  private String side = "partner";

  @Option(
      names = "--mail-host",
      paramLabel = "NAME",
      description = "in the certificate of the installation's mail hosts")
  private String mailHost = "";

  @Option(
      names = "--certificate-name",
      paramLabel = "NAME",
      description = "in the certificate that is presented when sending")
  private String certificateName = "";

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @param side as it was asked for
   * @param commands PowerShell
   */
  record Result(String organization, String side, String commands) {}

  @Override
  public Integer call() throws Exception {
    String commands =
        new ExchangeClient(connection.installation().policy())
            .commands(organization, side, mailHost, certificateName);
    if (output.isJson()) {
      output.print(new Result(organization, side, commands), List::of);
    } else {
      // Lines of a program stay whole.
      commands.lines().forEach(spec.commandLine().getOut()::println);
    }
    return 0;
  }
}
