package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.UsersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that ends a user's sessions. */
@Command(
    name = "end-sessions",
    description = {
      "Ends all sessions and tokens of a user, in every service within two seconds. The user can",
      "sign in again: to prevent that, remove the user or set another password."
    },
    mixinStandardHelpOptions = true)
final class UsersEndSessions implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Parameters(
      paramLabel = "USER",
      description = "a local user, or a user of the OpenID provider: \"NAME of ISSUER\"")
  private String name = "";

  /** The result. */
  record Result(String user, boolean ended) {}

  @Override
  public Integer call() throws Exception {
    new UsersClient(connection.installation().policy()).endSessions(name);
    output.print(new Result(name, true), () -> List.of("all sessions of " + name + " are ended"));
    return 0;
  }
}
