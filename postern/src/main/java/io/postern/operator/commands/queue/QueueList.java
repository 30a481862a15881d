package io.postern.operator.commands.queue;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that lists mail that waits or is held. */
@Command(
    name = "list",
    description = {
      "Lists the queued recipients, oldest first, with reason, age and next attempt.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
final class QueueList implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();
  @Mixin private FilterOptions filter = new FilterOptions();

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "recipients (default: ${DEFAULT-VALUE}, at most 500)")
  private int limit = 50;

  @Override
  public Integer call() throws Exception {
    Map<String, String> query = filter.given();
    query.put("limit", Integer.toString(limit));
    JsonNode page = new ConsoleClient(connection.installation().console()).get("/queue", query);
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode each : page.path("recipients")) {
      rows.add(
          List.of(
              each.path("accepted").asText(),
              each.path("queueId").asText(),
              each.path("recipient").asText(),
              "<" + each.path("from").asText() + ">",
              each.path("to").asText(),
              each.path("state").asText(),
              each.path("reason").asText(""),
              each.path("next").asText("-"),
              each.path("route").asText("")));
    }
    output.printTable(
        page,
        new TextTable(
            List.of(
                "accepted", "id", "no", "from", "to", "state", "reason", "next attempt", "route"),
            rows));
    if (page.has("next")) {
      output.note(page.path("total").asLong() + " in total: use a larger --limit, or a filter");
    }
    return rows.isEmpty() ? 1 : 0;
  }
}
