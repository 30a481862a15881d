package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.UsersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that makes or changes a local user. */
@Command(
    name = "set",
    description = {
      "Adds a local user, or changes the roles or password of one; this revokes the user's tokens.",
      "Asks before it makes changes, and asks for your own password. Exit code 1: you did not confirm, or another administrator "
          + "has changed the user in the meantime; nothing was changed.",
      "A new user without --password gets a random password, which is shown only once."
    },
    mixinStandardHelpOptions = true)
final class UsersSet implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Mixin private Consent consent = new Consent();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "USER", description = "the user's name")
  private String name = "";

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description =
          "operator, administrator:ORGANIZATION or auditor:ORGANIZATION (* for all); repeatable; "
              + "replaces the current roles (default: unchanged)")
  private @Nullable List<String> roles;

  @Option(names = "--without-roles", description = "the user gets no role")
  private boolean withoutRoles;

  @Option(
      names = "--password",
      description =
          "reads a password of 12 to 200 characters from the terminal, or the first line of standard input")
  private boolean givesPassword;

  @Override
  public Integer call() throws Exception {
    if (withoutRoles && roles != null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "use either --role or --without-roles");
    }
    consent.require(output);
    UsersClient users = new UsersClient(connection.installation().policy());
    String password = givesPassword ? PasswordInput.read("New password of " + name) : null;
    List<String> wanted = withoutRoles ? List.of() : roles;
    Optional<UsersClient.Found> before = users.one(name);
    if (consent.asks()
        && !consent.isGiven(
            output,
            change(before.map(UsersClient.Found::user), wanted, password != null),
            "Make this change?")) {
      return 1;
    }
    JsonNode answer = users.set(name, before, wanted, password, Users::ownPassword);
    if (Users.isChangedMeanwhile(answer)) {
      output.print(answer, () -> Users.meanwhile(answer));
      return 1;
    }
    output.print(answer, () -> lines(answer));
    return 0;
  }

  /** Before and after. */
  private List<String> change(
      Optional<JsonNode> before, @Nullable List<String> wanted, boolean replaced) {
    String had = before.map(user -> WhoAmI.words(user.path("roles"))).orElse("-");
    String gets = wanted == null ? had : wanted.isEmpty() ? "-" : String.join(", ", wanted);
    return List.of(
        before.isPresent() ? "user     " + name : "user     " + name + " (new)",
        "roles    " + (had.equals(gets) ? had + " (as before)" : had + " -> " + gets),
        "password "
            + (replaced
                ? " the one that you gave"
                : before.isPresent() ? " as before" : " a random one"));
  }

  private static List<String> lines(JsonNode answer) {
    List<String> lines = new ArrayList<>(Users.lines(answer.path("user")));
    if (answer.hasNonNull("password")) {
      lines.removeLast();
      lines.removeLast();
      lines.add("password " + " " + answer.path("password").asText() + " (not shown again)");
    }
    return lines;
  }
}
