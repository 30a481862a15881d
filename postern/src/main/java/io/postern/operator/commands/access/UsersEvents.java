package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.UsersClient;
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

/** Command that shows who signed in, who changed who may, and what was refused. */
@Command(
    name = "events",
    description = {
      "Shows sign-ins, sign-outs, changes of users and roles, ended sessions, and refusals, newest "
          + "first.",
      "Refusals and repeats of an event are counted by minute. Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
final class UsersEvents implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private PeriodOptions period = new PeriodOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Option(
      names = "--user",
      paramLabel = "USER",
      description = "user concerned, or user who made the change")
  private String user = "";

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "events (default: ${DEFAULT-VALUE}, at most 1000)")
  private int limit = 50;

  @Override
  public Integer call() throws Exception {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("user", user);
    period.putInto(query);
    query.put("limit", Integer.toString(limit));
    JsonNode events = new UsersClient(connection.installation().policy()).events(query);
    output.print(events, () -> lines(events));
    return events.path("events").isEmpty() ? 1 : 0;
  }

  private static List<String> lines(JsonNode events) {
    List<String> lines = new ArrayList<>();
    for (JsonNode event : events.path("events")) {
      StringBuilder line = new StringBuilder();
      line.append(event.path("at").asText()).append("  ");
      line.append("%-18s".formatted(event.path("kind").asText()));
      line.append(event.path("user").asText("(unknown user)"));
      String by = event.path("by").asText("");
      if (!by.isEmpty() && !by.equals(event.path("user").asText())) {
        line.append(" by ").append(by);
      }
      line.append(", from ").append(event.path("client").asText("?"));
      line.append(" at ").append(event.path("service").asText());
      if (event.path("count").asLong() > 0) {
        line.append(", ").append(event.path("count").asLong()).append(" times");
      }
      if (event.has("rolesBefore") || event.has("rolesAfter")) {
        line.append(", roles ").append(WhoAmI.words(event.path("rolesBefore")));
        line.append(" -> ").append(WhoAmI.words(event.path("rolesAfter")));
      }
      if (event.has("detail")) {
        line.append(" (").append(event.path("detail").asText()).append(")");
      }
      lines.add(line.toString());
    }
    if (events.path("unreadable").asLong() > 0) {
      lines.add(
          events.path("unreadable").asLong()
              + " records cannot be read and are left out: see the log of policy-service");
    }
    if (events.path("older").asBoolean()) {
      lines.add("there are older ones: add --limit or --until");
    }
    return lines;
  }
}
