package io.postern.operator.commands.connectors;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.api.ConnectorsClient.Connector;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** The routing rule that a command is about; a mixin. */
final class NamedRule {
  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(index = "1", paramLabel = "RULE", description = "its name")
  private String name = "";

  /** Empty: there is none, which is said. */
  Optional<Connector> find(ConnectorsClient client, OutputOption<?> output)
      throws IOException, InterruptedException {
    Optional<Connector> found = client.one(organization, "routing", name);
    if (found.isEmpty()) {
      output.note(
          "no routing rule \"%s\" of %s, or you may not read it: `postern routing-rules list` lists the names"
              .formatted(name, organization));
    }
    return found;
  }
}
