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
      "Lists the connectors of your organizations: what each matches and requires, and its number "
          + "of warnings.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
final class ConnectorsList implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = OutputOption.ofTable();

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization (default: all)")
  private String organization = "";

  @Option(
      names = "--name",
      paramLabel = "TEXT",
      description = "only names that contain this text, in upper or lower case")
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
