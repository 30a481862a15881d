package io.postern.policy.api;

import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.policy.directory.DirectoryOwner;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * The way of a directory file into the directory: it compares the two, sends the difference as one
 * command, and returns when this replica's own reader has read the change
 * (docs/design/architecture.md, "Directory and administration"). All or nothing; a file that equals
 * the directory sends nothing. Any thread that may block; 10 s in all.
 */
final class DirectoryApplier {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TRIES = 3;

  private final DirectoryReader<Directory> reader;
  private final DirectoryCommands commands;

  DirectoryApplier(DirectoryReader<Directory> reader, DirectoryCommands commands) {
    this.reader = reader;
    this.commands = commands;
  }

  Directory directory() throws UnavailableException {
    return reader
        .current()
        .orElseThrow(
            () ->
                new UnavailableException(
                    UnavailableException.UNAVAILABLE,
                    "The directory is not read to its end, or the log is away: try again.",
                    null));
  }

  ApplyAnswer apply(byte[] yaml, boolean dryRun, String actor) throws UnavailableException {
    DirectoryFile file = DirectoryFile.parse(yaml);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (int i = 1; ; i++) {
      Directory before = directory();
      DirectoryDiff diff = DirectoryDiff.of(before.objects(), file);
      List<FileProblem> problems = problems(file, before, diff);
      if (!problems.isEmpty() || dryRun || diff.objects().isEmpty()) {
        return new ApplyAnswer(
            before.version(),
            dryRun,
            false,
            problems.isEmpty() ? diff.changes() : List.of(),
            problems);
      }
      DirectoryResult result = send(command(diff, before, actor), deadline);
      if (result.getAccepted()) {
        awaitOwnReader(result, deadline);
        return new ApplyAnswer(result.getVersion(), false, true, diff.changes(), List.of());
      }
      if (!overtaken(result) || i == TRIES) {
        return new ApplyAnswer(
            before.version(),
            false,
            false,
            List.of(),
            result.getProblemsList().stream().map(file::locate).toList());
      }
      // Someone else's change came between: compare again, with theirs.
      reader.awaitVersion(before.version() + 1, left(deadline));
    }
  }

  private static List<FileProblem> problems(
      DirectoryFile file, Directory before, DirectoryDiff diff) {
    if (!file.problems().isEmpty() || diff.objects().isEmpty()) {
      return file.problems();
    }
    return DirectoryRules.validate(before, diff.objects()).stream().map(file::locate).toList();
  }

  private static DirectoryCommand command(DirectoryDiff diff, Directory before, String actor) {
    return DirectoryCommand.newBuilder()
        .setCommandId(UUID.randomUUID().toString())
        .setActor(actor)
        .addAllChanges(diff.objects())
        .setExpectedVersion(before.version())
        .setAtMillis(System.currentTimeMillis())
        .setSource("file")
        .build();
  }

  private DirectoryResult send(DirectoryCommand command, long deadline)
      throws UnavailableException {
    try {
      return commands.submit(command, left(deadline));
    } catch (LogUnavailableException e) {
      throw new UnavailableException(
          UnavailableException.UNAVAILABLE,
          "The log does not take the change now: look at the directory, and apply again.",
          e);
    } catch (TimeoutException e) {
      throw new UnavailableException(
          UnavailableException.TIMED_OUT,
          "The change is in the log, and no policy service answered within 10 seconds. It will be"
              + " judged as soon as one does: look at the directory before you apply again.",
          e);
    }
  }

  private void awaitOwnReader(DirectoryResult result, long deadline) throws UnavailableException {
    long version = result.getVersion();
    if (!reader.awaitVersion(version, left(deadline))
        || !reader.awaitRecipients(result.getRecipientsEnd(), left(deadline))) {
      throw new UnavailableException(
          UnavailableException.TIMED_OUT,
          "The change is made (version "
              + version
              + "), but this service has not read it within 10 seconds.",
          null);
    }
  }

  private static boolean overtaken(DirectoryResult result) {
    return result.getProblemsList().stream()
        .anyMatch(problem -> problem.getField().equals(DirectoryOwner.EXPECTED_VERSION));
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }
}
