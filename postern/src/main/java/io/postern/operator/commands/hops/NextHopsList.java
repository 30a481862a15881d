package io.postern.operator.commands.hops;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.NextHopsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that lists next hops that need an operator's approval. */
@Command(
    name = "list",
    description = {
      "Lists next hops, source addresses and EHLO names that need an operator's approval, and who "
          + "approved or revoked them when.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
final class NextHopsList implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("organization", "object", "field", "value", "need", "approved", "by", "since");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = OutputOption.ofTable();

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization (default: all)")
  private String organization = "";

  @Option(names = "--unapproved", description = "only those that are not approved")
  private boolean unapproved;

  @Option(
      names = "--names",
      description =
          "also those that need no approval by their text: such names may lead to private addresses")
  private boolean names;

  /** The next hops, as programs read them. */
  record Result(List<JsonNode> nextHops) {}

  @Override
  public Integer call() throws Exception {
    List<JsonNode> found =
        new NextHopsClient(connection.installation().policy())
            .list(organization, unapproved, names);
    output.printTable(
        new Result(found), new TextTable(COLUMNS, found.stream().map(NextHopsList::row).toList()));
    return found.isEmpty() ? 1 : 0;
  }

  private static List<String> row(JsonNode hop) {
    boolean approved = hop.path("approved").asBoolean();
    return List.of(
        hop.path("organization").asText(),
        hop.path("name").asText(),
        hop.path("field").asText("-"),
        hop.path("value").asText(),
        hop.path("need").asText("-"),
        approved ? "yes" : hop.path("revoked").asBoolean() ? "revoked" : "no",
        hop.path("by").asText("-"),
        hop.path("since").asText(approved ? "before approvals" : "-"));
  }
}
