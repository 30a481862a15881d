package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.UsersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that removes the second factor of a user who has lost it. */
@Command(
    name = "remove-second-factor",
    description = {
      "Removes the second factor of a local user who has lost the device, and ends the user's "
          + "sessions: the password is then enough to sign in, so check who is asking.",
      "Asks first, and asks for your own password. Exit code 1: no such user, or you did not confirm."
    },
    mixinStandardHelpOptions = true)
final class UsersRemoveSecondFactor implements Callable<Integer> {
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
    if (user.isEmpty()) {
      output.print(new Result(name, false), () -> List.of("no such user: " + name));
      return 1;
    }
    if (consent.asks()
        && !consent.isGiven(
            output, Users.lines(user.get().user()), "Remove the second factor of this user?")) {
      return 1;
    }
    users.removeSecondFactor(name, Users::ownPassword);
    output.print(
        new Result(name, true), () -> List.of("the second factor of " + name + " is removed"));
    return 0;
  }
}
