package io.postern.operator.commands.connectors;

import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.api.ConnectorsClient.Connector;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that lists connectors. */
@Command(
    name = "list",
    description = {
      "Lists the connectors of the organizations that you see: what each matches and requires, and how many warnings it has.",
      "Exit code 0: there are some, 1: there is none."
    },
    mixinStandardHelpOptions = true)
final class ConnectorsList implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = OutputOption.ofTable();

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "whose; without it: of all")
  private String organization = "";

  @Option(
      names = "--name",
      paramLabel = "TEXT",
      description = "those with this text in their name, in capitals or not; without it: all")
  private String name = "";

  /** The connectors, as programs read them. */
  record Result(List<Connector> connectors) {}

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    List<Connector> connectors = new ArrayList<>();
    for (String id : organization.isEmpty() ? client.organizations() : List.of(organization)) {
      connectors.addAll(client.list(id, "inbound", name));
      connectors.addAll(client.list(id, "outbound", name));
    }
    output.printTable(
        new Result(connectors),
        new TextTable(
            ConnectorSummary.COLUMNS, connectors.stream().map(ConnectorSummary::row).toList()));
    return connectors.isEmpty() ? 1 : 0;
  }
}
