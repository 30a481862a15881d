package io.postern.operator.commands.queue;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that counts the queue by a fact. */
@Command(
    name = "groups",
    description = {
      "Counts queued mail by reason, route, connector, organization, state or domain.",
      "By route, also shows the state and last reply of each next hop. Exit code 1: the queue is "
          + "empty."
    },
    mixinStandardHelpOptions = true)
final class QueueGroups implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();
  @Mixin private FilterOptions filter = new FilterOptions();

  @Option(
      names = "--by",
      paramLabel = "FACT",
      description =
          "reason, route, connector, organization, state, toDomain or fromDomain (default: ${DEFAULT-VALUE})")
  private String by = "reason";

  @Override
  public Integer call() throws Exception {
    Map<String, String> query = filter.given();
    query.put("by", by);
    JsonNode answer =
        new ConsoleClient(connection.installation().console()).get("/queue/groups", query);
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode group : answer.path("groups")) {
      StringJoiner states = new StringJoiner("; ");
      for (JsonNode state : group.path("states")) {
        states.add(
            state.path("replica").asText()
                + ": "
                + state.path("state").asText()
                + (state.has("lastError") ? ", " + state.path("lastError").asText() : ""));
      }
      rows.add(
          List.of(
              group.path("name").asText().isEmpty() ? "-" : group.path("name").asText(),
              group.path("recipients").asText(),
              group.path("held").asText("0"),
              group.path("oldest").asText(),
              group.path("next").asText("-"),
              states.toString()));
    }
    output.printTable(
        answer,
        new TextTable(
            List.of(by, "recipients", "held", "oldest", "next attempt", "next hop"), rows));
    return rows.isEmpty() ? 1 : 0;
  }
}
