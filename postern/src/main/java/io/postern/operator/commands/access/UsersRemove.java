package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.UsersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that removes a local user. */
@Command(
    name = "remove",
    description = {
      "Removes a local user and revokes the user's tokens. The last operator cannot be removed.",
      "Asks first, and asks for your own password. Exit code 1: no such user, you did not confirm, or another administrator has "
          + "changed the user in the meantime."
    },
    mixinStandardHelpOptions = true)
final class UsersRemove implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Mixin private Consent consent = new Consent();

  @Parameters(paramLabel = "USER", description = "the user's name")
  private String name = "";

  /** The result. */
  record Result(String user, boolean removed) {}

  @Override
  public Integer call() throws Exception {
    consent.require(output);
    UsersClient users = new UsersClient(connection.installation().policy());
    Optional<UsersClient.Found> user = users.one(name);
    if (user.isPresent()) {
      if (consent.asks()
          && !consent.isGiven(output, Users.lines(user.get().user()), "Remove this user?")) {
        return 1;
      }
      JsonNode answer = users.remove(name, user.get(), Users::ownPassword);
      if (Users.isChangedMeanwhile(answer)) {
        output.printAnswer(answer, () -> Users.meanwhile(answer));
        return 1;
      }
      if (answer.isEmpty()) {
        output.print(new Result(name, true), () -> List.of(name + " is removed"));
        return 0;
      }
    }
    output.print(new Result(name, false), () -> List.of("no such user: " + name));
    return 1;
  }
}
