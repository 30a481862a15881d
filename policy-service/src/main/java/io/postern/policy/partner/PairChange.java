package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * A change of connectors as one command, all or nothing, in force for this replica when it returns.
 * Any thread that may block; 10 s in all.
 */
@Singleton
class PairChange {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final DirectoryReader<Directory> reader;
  private final DirectoryCommands commands;

  PairChange(DirectoryReader<Directory> reader, DirectoryCommands commands) {
    this.reader = reader;
    this.commands = commands;
  }

  private static final int TRIES = 3;

  /**
   * The directory's version with the change. Changes of other organizations meanwhile do not refuse
   * it: the rules judge it again beside them.
   *
   * @param before by which the change was made: another change of the organization meanwhile
   *     refuses it
   * @param source for the record: the way by which it was asked for
   * @throws ProblemException 409: the directory has changed; 422: the rules refuse it; 503: the log
   *     is away; 504: no answer in time, and the change may still be made
   */
  long make(
      String organization,
      Directory before,
      List<DirectoryObject> changes,
      String by,
      String source) {
    if (changes.isEmpty()) {
      return before.version();
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long expected = before.version();
    for (int i = 1; ; i++) {
      DirectoryResult result = submitted(expected, changes, by, source, deadline);
      if (result.getAccepted()) {
        awaitOwnReader(result, deadline);
        return result.getVersion();
      }
      if (!isOvertaken(result)) {
        throw Drafts.refused(result.getProblemsList());
      }
      reader.awaitVersion(expected + 1, left(deadline));
      // Read before it is asked who has changed it, which may be newer, never older.
      expected = reader.version();
      if (i == TRIES || reader.changed(List.of(organization)) > before.version()) {
        throw problem(
            409,
            "The directory has changed",
            "The directory has been changed in the meantime: check it, and try again.");
      }
    }
  }

  private DirectoryResult submitted(
      long expected, List<DirectoryObject> changes, String by, String source, long deadline) {
    DirectoryCommand command =
        DirectoryCommand.newBuilder()
            .setCommandId(UUID.randomUUID().toString())
            .setActor(by)
            .addAllChanges(changes)
            .setExpectedVersion(expected)
            .setAtMillis(System.currentTimeMillis())
            .setSource(source)
            .build();
    try {
      return commands.submit(command, left(deadline));
    } catch (LogUnavailableException e) {
      throw problem(
          503, "Kafka is unavailable", "Kafka does not accept the change now: try again.");
    } catch (TimeoutException e) {
      throw problem(
          504,
          "No response in time",
          "The change is in Kafka and will be processed as soon as a policy-service is available: "
              + "check the directory before you try again.");
    }
  }

  private static boolean isOvertaken(DirectoryResult result) {
    return result.getProblemsList().stream()
        .anyMatch(problem -> problem.getField().equals("expectedVersion"));
  }

  private void awaitOwnReader(DirectoryResult result, long deadline) {
    if (!reader.awaitVersion(result.getVersion(), left(deadline))) {
      throw problem(
          504,
          "Not read in time",
          "The change was made (version "
              + result.getVersion()
              + "), but this service has not read it within 10 seconds.");
    }
  }

  private static ProblemException problem(int status, String title, String detail) {
    return new ProblemException(Problem.of(status, title, detail));
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }
}
