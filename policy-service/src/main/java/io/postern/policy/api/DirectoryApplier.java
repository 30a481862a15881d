package io.postern.policy.api;

import io.postern.api.Rights;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.policy.directory.DirectoryOwner;
import io.postern.policy.directory.Permission;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import io.postern.rules.DirectoryWarnings;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The way of a directory file into the directory: it compares the two, sends the difference as one
 * command, and returns when this replica's own reader has read the change
 * (docs/design/architecture.md, "Directory and administration"). All or nothing; a file that equals
 * the directory sends nothing. A change of the file's organizations that came between, by somebody
 * else, ends it. Any thread that may block; 10 s in all.
 */
final class DirectoryApplier {
  private static final int TRIES = 5;

  private final DirectoryReader<Directory> reader;
  private final DirectoryCommands commands;

  DirectoryApplier(DirectoryReader<Directory> reader, DirectoryCommands commands) {
    this.reader = reader;
    this.commands = commands;
  }

  /**
   * Who applies, and how.
   *
   * @param seen version of the directory that the file was made for; -1: the one in force
   * @param reason in the caller's words
   */
  record Request(boolean dryRun, long seen, String actor, Rights rights, String reason) {}

  Directory directory() throws UnavailableException {
    return new Changes(reader, commands).directory();
  }

  /**
   * @throws OverwritesException when somebody else has changed the file's organizations
   */
  ApplyAnswer apply(byte[] yaml, Request request) throws UnavailableException, OverwritesException {
    DirectoryFile file = DirectoryFile.parse(yaml);
    Changes changes = new Changes(reader, commands);
    long seen = request.seen();
    for (int i = 1; ; i++) {
      Directory before = changes.directory();
      List<FileProblem> others = Permission.problems(file, before, request.rights());
      if (!others.isEmpty()) {
        return refused(before, request, others);
      }
      DirectoryDiff diff = DirectoryDiff.of(before.objects(), file);
      seen = seen < 0 ? before.version() : seen;
      // Asked after the directory was read: it may be newer, never older.
      if (reader.changed(file.organizations()) > seen && !diff.objects().isEmpty()) {
        throw new OverwritesException(before.version(), diff.changes());
      }
      List<FileProblem> problems = problems(file, before, diff);
      if (!problems.isEmpty()) {
        return refused(before, request, problems);
      }
      if (request.dryRun() || diff.objects().isEmpty()) {
        return answer(before.version(), request.dryRun(), false, diff, file, before);
      }
      DirectoryResult result = changes.send(command(diff, before, request));
      if (result.getAccepted()) {
        changes.awaitOwnReader(result);
        return answer(result.getVersion(), false, true, diff, file, before);
      }
      if (!overtaken(result) || i == TRIES) {
        return refused(
            before, request, result.getProblemsList().stream().map(file::locate).toList());
      }
      // Someone else's change came between: compare again, with theirs.
      changes.awaitOther(before);
    }
  }

  private static ApplyAnswer refused(
      Directory before, Request request, List<FileProblem> problems) {
    return new ApplyAnswer(
        before.version(), request.dryRun(), false, List.of(), problems, List.of());
  }

  private ApplyAnswer answer(
      long version,
      boolean dryRun,
      boolean applied,
      DirectoryDiff diff,
      DirectoryFile file,
      Directory before) {
    Directory after = before.with(diff.objects());
    List<DirectoryObject> all = file.objects();
    return new ApplyAnswer(
        version,
        dryRun,
        applied,
        diff.changes(),
        List.of(),
        DirectoryWarnings.of(after, all, Instant.now()).stream()
            .map(w -> ObjectAnswer.Warning.of(w, file.locate(w).line()))
            .toList());
  }

  private static List<FileProblem> problems(
      DirectoryFile file, Directory before, DirectoryDiff diff) {
    if (!file.problems().isEmpty() || diff.objects().isEmpty()) {
      return file.problems();
    }
    return DirectoryRules.validate(before, diff.objects()).stream().map(file::locate).toList();
  }

  private static DirectoryCommand command(DirectoryDiff diff, Directory before, Request request) {
    return DirectoryCommand.newBuilder()
        .setCommandId(UUID.randomUUID().toString())
        .setActor(request.actor())
        .addAllChanges(diff.objects())
        .setExpectedVersion(before.version())
        .setAtMillis(System.currentTimeMillis())
        .setSource("file")
        .setReason(request.reason())
        .build();
  }

  private static boolean overtaken(DirectoryResult result) {
    return result.getProblemsList().stream()
        .anyMatch(problem -> problem.getField().equals(DirectoryOwner.EXPECTED_VERSION));
  }
}
