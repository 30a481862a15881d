package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands for local users. */
@Command(
    name = "users",
    description =
        "Lists, shows, adds, changes and removes local users, and ends sessions; needs the role operator.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UsersList.class,
      UsersShow.class,
      UsersSet.class,
      UsersRemove.class,
      UsersEndSessions.class,
      UsersRemoveSecondFactor.class,
      UsersEvents.class
    })
public final class Users implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "write list, show, set, remove, end-sessions, remove-second-factor or events");
  }

  static List<String> lines(JsonNode user) {
    return List.of(
        "name     " + user.path("name").asText(),
        "roles    " + WhoAmI.words(user.path("roles")),
        "changed  " + user.path("changed").asText(),
        "password "
            + (user.path("generated").asBoolean()
                ? " that of the credentials file"
                : " its user's own"),
        "second factor " + (user.path("secondFactor").asBoolean() ? "yes" : "no"));
  }

  /** Of the operator who changes a user. */
  static String ownPassword() throws IOException, InterruptedException {
    return PasswordInput.read("Your own password");
  }

  static boolean isChangedMeanwhile(JsonNode answer) {
    return answer.path("status").asInt() == 412;
  }

  /**
   * The other's change.
   *
   * @param problem 412, with {@code current}
   */
  static List<String> meanwhile(JsonNode problem) {
    List<String> lines = new ArrayList<>();
    JsonNode current = problem.path("current");
    if (!current.isObject()) {
      lines.add("NOT CHANGED: another administrator has removed the user in the meantime");
      return lines;
    }
    lines.add(
        "NOT CHANGED: another administrator has changed the user in the meantime; it is now:");
    lines.add("    roles    " + WhoAmI.words(current.path("roles")));
    lines.add("    changed  " + current.path("changed").asText());
    lines.add("check it, and run the command again");
    return lines;
  }
}
