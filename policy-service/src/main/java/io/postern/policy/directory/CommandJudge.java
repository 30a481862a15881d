package io.postern.policy.directory;

import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.directory.ObjectVersion;
import io.postern.policy.recipients.RecipientListStep;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import java.util.List;

/** The judgement of a command against the directory. A pure function; any thread. */
final class CommandJudge {
  private CommandJudge() {}

  /** The problems of the command; empty: it may change the directory. */
  static List<DirectoryProblem> judge(Directory directory, DirectoryCommand command) {
    if (command.getCommandId().isEmpty()) {
      return List.of(problem("", "commandId", "the command has no id", "give it a random one"));
    }
    if (command.getExpectedVersion() != -1 && command.getExpectedVersion() != directory.version()) {
      return List.of(
          problem(
              "",
              DirectoryOwner.EXPECTED_VERSION,
              "the directory has version "
                  + directory.version()
                  + ", the change was made for "
                  + command.getExpectedVersion(),
              "read the directory again and repeat the change"));
    }
    for (ExpectedObject expected : command.getExpectedObjectsList()) {
      if (!ObjectVersion.of(directory.object(expected.getKey())).equals(expected.getVersion())) {
        return List.of(
            problem(
                expected.getKey(),
                DirectoryOwner.EXPECTED_OBJECTS,
                "it has been changed",
                "read it again and repeat the change"));
      }
    }
    if (command.hasRecipients()) {
      return command.getChangesCount() == 0
          ? RecipientListStep.problems(directory, command.getRecipients())
          : List.of(
              problem("", "changes", "the command changes a list too", "make it two commands"));
    }
    if (command.getChangesCount() == 0) {
      return List.of(problem("", "changes", "the command changes nothing", "name an object"));
    }
    return DirectoryRules.validate(directory, command.getChangesList());
  }

  static DirectoryProblem problem(String object, String field, String problem, String cure) {
    return DirectoryProblem.newBuilder()
        .setObject(object)
        .setField(field)
        .setProblem(problem)
        .setCure(cure)
        .build();
  }
}
