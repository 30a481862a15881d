package io.postern.operator.commands.connectors;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.api.ConnectorsClient.Connector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The connector that a command is about; a mixin. A name may be one of each direction. */
final class NamedConnector {
  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(index = "1", paramLabel = "CONNECTOR", description = "its name")
  private String name = "";

  @Option(
      names = "--direction",
      paramLabel = "DIRECTION",
      description = "inbound or outbound, if both have a connector with this name")
  private Direction direction = Direction.EITHER;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** Which connectors are meant. */
  enum Direction {
    INBOUND,
    OUTBOUND,
    EITHER
  }

  /** Empty: there is none, which is said. */
  Optional<Connector> find(ConnectorsClient client, OutputOption<?> output)
      throws IOException, InterruptedException {
    List<Connector> found = new ArrayList<>();
    if (direction != Direction.OUTBOUND) {
      client.one(organization, "inbound", name).ifPresent(found::add);
    }
    if (direction != Direction.INBOUND) {
      client.one(organization, "outbound", name).ifPresent(found::add);
    }
    if (found.size() > 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "an inbound and an outbound connector have this name: add --direction inbound or"
              + " --direction outbound");
    }
    if (found.isEmpty()) {
      output.note(
          "no connector \"%s\" of %s, or you may not read it: `postern connectors list` lists the names"
              .formatted(name, organization));
    }
    return found.stream().findFirst();
  }
}
