package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.AccessClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that changes the caller's own password. */
@Command(
    name = "change-password",
    description = {
      "Changes the password of the local user that you are signed in as. Reads the current password",
      "and the new one (12 to 200 characters) without echo, or from two lines of standard input.",
      "Ends all of your sessions: sign in again."
    },
    mixinStandardHelpOptions = true)
public final class ChangePassword implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  /** The result. */
  record Result(boolean changed) {}

  @Override
  public Integer call() throws Exception {
    AccessClient policy = new AccessClient(connection.installation().policy());
    String current = PasswordInput.read("Current password");
    policy.changePassword(current, PasswordInput.read("New password"));
    output.print(
        new Result(true),
        () -> List.of("the password is changed, and your sessions have ended: postern sign-in"));
    return 0;
  }
}
