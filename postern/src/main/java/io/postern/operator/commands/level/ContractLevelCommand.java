package io.postern.operator.commands.level;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ContractLevelClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that shows the contract level. */
@Command(
    name = "contract-level",
    description = {
      "Shows the contract level that the services write, whether it can be raised, and which level each",
      "replica reads. Needs the role of an operator."
    },
    mixinStandardHelpOptions = true,
    subcommands = ContractLevelRaise.class)
public final class ContractLevelCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Override
  public Integer call() throws Exception {
    JsonNode level = new ContractLevelClient(connection.installation().policy()).level();
    output.print(level, () -> lines(level));
    return 0;
  }

  static List<String> lines(JsonNode level) {
    List<String> lines = new ArrayList<>();
    lines.add("level %d is in force".formatted(level.path("inForce").asInt()));
    int next = level.path("next").asInt();
    if (level.path("hindrances").isEmpty()) {
      lines.add("can be raised to level %d: postern contract-level raise".formatted(next));
    }
    for (JsonNode hindrance : level.path("hindrances")) {
      lines.add("cannot be raised to level %d: %s".formatted(next, hindrance.asText()));
    }
    for (JsonNode replica : level.path("replicas")) {
      lines.add(
          "%-20s reads level %d, heard %s; version %s, %s"
              .formatted(
                  replica.path("service").asText(),
                  replica.path("reads").asInt(),
                  replica.path("heard").asText(),
                  replica.path("version").asText(),
                  replica.path("replica").asText()));
    }
    return lines;
  }
}
