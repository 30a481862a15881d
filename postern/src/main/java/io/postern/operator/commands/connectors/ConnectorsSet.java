package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that changes fields of a connector. */
@Command(
    name = "set",
    description = {
      "Changes fields of a connector; shows the difference and asks first.",
      "mode=reportOnly tests it, mode=enforce enforces it, enabled=false turns it off.",
      "Exit code 1: a value is invalid, or another administrator has changed the connector in the "
          + "meantime; nothing was changed."
    },
    mixinStandardHelpOptions = true)
final class ConnectorsSet implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();
  @Mixin private NamedConnector named = new NamedConnector();
  @Mixin private ChangeOptions options = new ChangeOptions();

  @Parameters(
      index = "2..*",
      arity = "1..*",
      paramLabel = "FIELD=VALUE",
      description =
          "a field of a directory file; several values with commas; without a value: the default")
  private List<String> values = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    return new ConnectorChange(options, output, spec)
        .set(client, named.find(client, output), values);
  }
}
