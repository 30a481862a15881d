package io.postern.operator.commands.search;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.commands.PeriodOptions;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that shows changes of the directory. */
@Command(
    name = "changes",
    description = {
      "Shows changes of organizations, domains and connectors, newest first: who, when, before and "
          + "after.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
public final class ChangesCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private PeriodOptions period = new PeriodOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization of the changed objects")
  private String organization = "";

  @Option(
      names = "--object",
      paramLabel = "TEXT",
      description = "part of an object's key, such as inbound-connector/contoso/From")
  private String object = "";

  @Option(names = "--by", paramLabel = "USER", description = "user who made the change")
  private String by = "";

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "changes (default: ${DEFAULT-VALUE}, at most 500)")
  private int limit = 50;

  @Override
  public Integer call() throws Exception {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("organization", organization);
    query.put("object", object);
    query.put("by", by);
    period.putInto(query);
    query.put("limit", Integer.toString(limit));
    JsonNode changes =
        new ConsoleClient(connection.installation().console()).get("/changes", query);
    output.print(changes, () -> lines(changes));
    return changes.path("changes").isEmpty() ? 1 : 0;
  }

  private static List<String> lines(JsonNode changes) {
    List<String> lines = new ArrayList<>();
    for (JsonNode change : changes.path("changes")) {
      lines.add(
          "%s  version %d, by %s"
              .formatted(
                  change.path("at").asText(),
                  change.path("version").asLong(),
                  change.path("by").asText()));
      for (JsonNode object : change.path("objects")) {
        ChangeText.lines(object).forEach(line -> lines.add("  " + line));
      }
      if (change.has("recipients")) {
        lines.add("  recipients of " + change.path("recipients").asText());
      }
    }
    if (changes.path("unfinished").asBoolean()) {
      lines.add("The search took too long and is not finished: use a shorter period.");
    }
    return lines;
  }
}
