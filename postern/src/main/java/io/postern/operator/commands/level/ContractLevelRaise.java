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

/** Command that raises the contract level. */
@Command(
    name = "raise",
    description = {
      "Raises the contract level by one, if each replica that was heard in the last 15 minutes reads",
      "the next one. It cannot be lowered: earlier versions no longer work.",
      "Exit code 1: a replica does not read it."
    },
    mixinStandardHelpOptions = true)
final class ContractLevelRaise implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Override
  public Integer call() throws Exception {
    ContractLevelClient client = new ContractLevelClient(connection.installation().policy());
    JsonNode answer = client.raise(client.level().path("next").asInt());
    output.print(answer, () -> lines(answer));
    return answer.has("inForce") ? 0 : 1;
  }

  private static List<String> lines(JsonNode answer) {
    if (answer.has("inForce")) {
      return ContractLevelCommand.lines(answer);
    }
    List<String> lines = new ArrayList<>();
    lines.add(answer.path("detail").asText());
    answer.path("errors").forEach(error -> lines.add(error.path("problem").asText()));
    return lines;
  }
}
