package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.UsersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that shows a local user. */
@Command(
    name = "show",
    description = {"Shows a local user.", "Exit code 1: no such user."},
    mixinStandardHelpOptions = true)
final class UsersShow implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(paramLabel = "USER", description = "the user's name")
  private String name = "";

  @Override
  public Integer call() throws Exception {
    Optional<JsonNode> user =
        new UsersClient(connection.installation().policy()).one(name).map(UsersClient.Found::user);
    if (user.isEmpty()) {
      output.print(JsonNodeFactory.instance.objectNode(), () -> List.of("no such user: " + name));
      return 1;
    }
    output.print(user.get(), () -> Users.lines(user.get()));
    return 0;
  }
}
