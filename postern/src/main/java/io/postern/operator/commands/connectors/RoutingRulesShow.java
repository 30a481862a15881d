package io.postern.operator.commands.connectors;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that shows one routing rule. */
@Command(
    name = "show",
    description = {
      "Shows a routing rule's fields and its warnings.",
      "Exit code 0: found, 1: no such routing rule."
    },
    mixinStandardHelpOptions = true)
final class RoutingRulesShow implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<ConnectorsShow.Result> output = new OutputOption<>();
  @Mixin private NamedRule named = new NamedRule();

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    return ConnectorsShow.show(client, named.find(client, output), output);
  }
}
