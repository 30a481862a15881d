package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.rules.Directory;
import io.postern.rules.checks.ChangedMeaning;
import io.postern.rules.checks.ChangedMeaning.Change;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Command that shows by which connectors mail is decided otherwise in this version. It reads the
 * connectors from the installation as it runs, of the version before too.
 */
@Command(
    name = "upgrade-review",
    description = {
      "Shows stored connectors whose names, addresses or smart hosts have another meaning in this "
          + "version. Run it with the new program before you install the new services.",
      "Exit code 0: no connector, 1: at least one."
    },
    mixinStandardHelpOptions = true)
final class ConnectorsUpgradeReview implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> COLUMNS =
      List.of("connector", "field", "effect", "change", "as before");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = OutputOption.ofTable();

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization (default: all)")
  private String organization = "";

  /** The changes, as programs read them. */
  record Result(List<Change> changes) {}

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    ObjectNode file = JSON.createObjectNode();
    for (String id : organization.isEmpty() ? client.organizations() : List.of(organization)) {
      ObjectNode one = file.withArray("organizations").addObject().put("id", id);
      one.withArray("acceptedDomains").addAll(client.acceptedDomains(id));
      for (String direction : List.of("inbound", "outbound")) {
        one.withArray(direction + "Connectors")
            .addAll(client.list(id, direction, "").stream().map(c -> c.object()).toList());
      }
    }
    DirectoryFile read = DirectoryFile.parse(JSON.writeValueAsBytes(file));
    for (FileProblem problem : read.problems()) {
      throw new IOException(
          "this version cannot read %s of the installation: %s: %s. Use the program of the new version"
              .formatted(problem.object(), problem.field(), problem.problem()));
    }
    List<Change> changes = ChangedMeaning.of(Directory.of(read.objects(), 0, Map.of()));
    output.printTable(
        new Result(changes), new TextTable(COLUMNS, changes.stream().map(c -> row(c)).toList()));
    return changes.isEmpty() ? 0 : 1;
  }

  private static List<String> row(Change change) {
    return List.of(
        change.object(),
        change.field(),
        change.effect().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        change.change(),
        change.cure());
  }
}
