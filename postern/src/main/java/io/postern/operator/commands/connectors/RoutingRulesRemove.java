package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Command that removes a routing rule. */
@Command(
    name = "remove",
    description = {
      "Removes a routing rule; asks first. Its mail then uses the next rule or connector that "
          + "matches.",
      "Exit code 1: no such routing rule, or another administrator has changed it in the meantime; "
          + "nothing was changed."
    },
    mixinStandardHelpOptions = true)
final class RoutingRulesRemove implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();
  @Mixin private NamedRule named = new NamedRule();
  @Mixin private ChangeOptions options = new ChangeOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    return new ConnectorChange(options, output, spec).remove(client, named.find(client, output));
  }
}
