package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that adds a connector. */
@Command(
    name = "add",
    description = {
      "Adds a connector from a file with its fields, as in a directory file (YAML or JSON).",
      "Exit code 1: a field is invalid, or a connector with this name exists; nothing was changed."
    },
    mixinStandardHelpOptions = true)
final class ConnectorsAdd implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();
  @Mixin private ChangeOptions options = new ChangeOptions();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(index = "1", paramLabel = "inbound|outbound", description = "the direction")
  private Direction direction = Direction.INBOUND;

  @Parameters(index = "2", paramLabel = "FILE", description = "the fields; - is standard input")
  private Path file = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Of a connector that is new. */
  enum Direction {
    INBOUND,
    OUTBOUND
  }

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    return new ConnectorChange(options, output, spec)
        .add(client, organization, direction.name().toLowerCase(Locale.ROOT), file);
  }
}
