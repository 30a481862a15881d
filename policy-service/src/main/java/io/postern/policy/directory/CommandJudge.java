package io.postern.policy.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a command may change the directory: a pure function of the two. */
final class CommandJudge {
  private CommandJudge() {}

  /** Nothing wrong: empty. */
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
    if (command.getChangesCount() == 0) {
      return List.of(problem("", "changes", "the command changes nothing", "name an object"));
    }
    List<DirectoryProblem> shape = shape(command);
    return shape.isEmpty() ? DirectoryRules.validate(directory, command.getChangesList()) : shape;
  }

  private static List<DirectoryProblem> shape(DirectoryCommand command) {
    List<DirectoryProblem> problems = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (DirectoryObject change : command.getChangesList()) {
      if (change.getObjectCase() == DirectoryObject.ObjectCase.OBJECT_NOT_SET) {
        problems.add(
            problem("", "changes", "an object of an unknown kind", "update the policy service"));
      } else if (!keys.add(DirectoryKeys.key(change))) {
        problems.add(
            problem(DirectoryKeys.key(change), "", "it stands twice", "keep one of the two"));
      }
    }
    return problems;
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
