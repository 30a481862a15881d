package io.postern.policy.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryObject.ObjectCase;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.contracts.v1.NextHopChange;
import io.postern.directory.ObjectVersion;
import io.postern.policy.recipients.RecipientListStep;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryRules;
import io.postern.rules.checks.Quotas;
import io.postern.rules.hops.NextHopApprovals;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The judgement of a command against the directory. A pure function; any thread. */
public final class CommandJudge {
  private CommandJudge() {}

  /** Field of the problem of a command that another change of its organization came before. */
  static final String SEEN_VERSION = "seenVersion";

  /** The same of a writer of the version before, for the whole directory. */
  static final String EXPECTED_VERSION = "expectedVersion";

  /** Field of the problem of a command that comes too soon after others. */
  public static final String RATE = "rate";

  /** The same for an object. */
  static final String EXPECTED_OBJECTS = "expectedObjects";

  /**
   * The problems of the command; empty: it may change the directory.
   *
   * @param changed version by which an object of an organization was last written
   */
  static List<DirectoryProblem> judge(
      Directory directory,
      ToLongFunction<String> changed,
      Quotas quotas,
      DirectoryCommand command) {
    if (command.getCommandId().isEmpty()) {
      return List.of(problem("", "commandId", "the command has no id", "give it a random one"));
    }
    Optional<DirectoryProblem> late = late(directory, changed, command);
    if (late.isPresent()) {
      return List.of(late.get());
    }
    if (command.hasRecipients()) {
      return command.getChangesCount() == 0
          ? RecipientListStep.problems(directory, quotas, command.getRecipients())
          : List.of(
              problem("", "changes", "the command changes a list too", "make it two commands"));
    }
    if (isOfNextHops(command)) {
      return nextHops(directory, command);
    }
    if (command.getChangesCount() == 0) {
      return List.of(problem("", "changes", "the command changes nothing", "name an object"));
    }
    List<DirectoryProblem> problems = check(directory, quotas, command.getChangesList());
    return problems.isEmpty() ? approved(directory, command).problems() : problems;
  }

  /** The problems of changes by themselves, which a dry run finds as well; empty: none. */
  public static List<DirectoryProblem> check(
      Directory directory, Quotas quotas, List<DirectoryObject> changes) {
    List<DirectoryProblem> problems = DirectoryRules.validate(directory, changes);
    return problems.isEmpty() ? quotas.problems(directory, changes) : problems;
  }

  private static boolean isOfNextHops(DirectoryCommand command) {
    return command.getNextHops() != NextHopChange.NEXT_HOP_CHANGE_UNSPECIFIED;
  }

  private static List<DirectoryProblem> nextHops(Directory directory, DirectoryCommand command) {
    if (command.getNextHops() == NextHopChange.UNRECOGNIZED
        || command.getChangesCount() > 0
        || command.getNextHopValuesCount() == 0) {
      return List.of(
          problem(
              "",
              "nextHops",
              "the command is of another version of policy-service",
              "repeat it when all replicas are updated"));
    }
    return approved(directory, command).problems();
  }

  /** The objects that the command writes, with the approvals that they have after it. */
  static NextHopApprovals.Judged approved(Directory directory, DirectoryCommand command) {
    NextHopApprovals.Writer writer = NextHopApprovals.Writer.of(command);
    return isOfNextHops(command)
        ? NextHopApprovals.change(directory, NextHopApprovals.Asked.of(command), writer)
        : NextHopApprovals.judge(directory, command.getChangesList(), writer);
  }

  /** Nothing in it is of another organization (G8). */
  private static Optional<DirectoryProblem> late(
      Directory directory, ToLongFunction<String> changed, DirectoryCommand command) {
    if (command.hasSeenVersion()) {
      for (String organization : organizations(command)) {
        if (changed.applyAsLong(organization) > command.getSeenVersion()) {
          return Optional.of(late("organization/" + organization, SEEN_VERSION));
        }
      }
    } else if (command.getExpectedVersion() != -1
        && command.getExpectedVersion() != directory.version()) {
      return Optional.of(late("", EXPECTED_VERSION));
    }
    for (ExpectedObject expected : command.getExpectedObjectsList()) {
      if (!ObjectVersion.of(directory.object(expected.getKey())).equals(expected.getVersion())) {
        return Optional.of(late(expected.getKey(), EXPECTED_OBJECTS));
      }
    }
    return Optional.empty();
  }

  /** Whether a result's problem says that another change came before. */
  public static boolean isLate(DirectoryProblem problem) {
    return List.of(SEEN_VERSION, EXPECTED_VERSION, EXPECTED_OBJECTS).contains(problem.getField());
  }

  /** The problem of a command that came too soon after others. */
  public static Optional<DirectoryProblem> tooSoon(List<DirectoryProblem> problems) {
    return problems.stream().filter(p -> p.getField().equals(RATE)).findFirst();
  }

  /** Those whose objects the command changes. */
  static Set<String> organizations(DirectoryCommand command) {
    if (isOfNextHops(command)) {
      return Set.of(command.getNextHopOrganization());
    }
    return command.getChangesList().stream()
        .filter(change -> change.getObjectCase() != ObjectCase.OBJECT_NOT_SET)
        .map(DirectoryKeys::organizationOf)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static DirectoryProblem late(String object, String field) {
    return problem(object, field, "it has been changed", "read it again and repeat the change");
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
