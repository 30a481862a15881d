package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.UsersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that lists the local users. */
@Command(
    name = "list",
    description = "Lists the local users with their roles.",
    mixinStandardHelpOptions = true)
final class UsersList implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();

  @Override
  public Integer call() throws Exception {
    JsonNode users = new UsersClient(connection.installation().policy()).all();
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode user : users) {
      rows.add(
          List.of(
              user.path("name").asText(),
              WhoAmI.words(user.path("roles")),
              user.path("changed").asText()));
    }
    output.printTable(users, new TextTable(List.of("name", "roles", "changed"), rows));
    return 0;
  }
}
