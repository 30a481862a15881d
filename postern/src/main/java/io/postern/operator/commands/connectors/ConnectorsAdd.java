package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.InputFile;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine;
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
  private static final int MOST_BYTES = 1_000_000;

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
    byte[] fields = InputFile.read(file, MOST_BYTES);
    String name = name(fields);
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    return new ConnectorChange(options, output, spec)
        .make(
            ConnectorChange.none(),
            dryRun ->
                client.add(
                    organization,
                    direction.name().toLowerCase(Locale.ROOT),
                    name,
                    fields,
                    dryRun,
                    options.reason));
  }

  private String name(byte[] fields) {
    Object read;
    try {
      read =
          new Load(LoadSettings.builder().build())
              .loadFromString(new String(fields, StandardCharsets.UTF_8));
    } catch (YamlEngineException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), file + " is neither YAML nor JSON: " + e.getMessage(), e);
    }
    Object name = read instanceof Map<?, ?> map ? map.get("name") : null;
    if (!(name instanceof String text) || text.isBlank()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), file + " has no name: write the fields of one connector");
    }
    return text;
  }
}
