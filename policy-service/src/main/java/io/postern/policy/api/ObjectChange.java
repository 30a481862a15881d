package io.postern.policy.api;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.FileProblem;
import io.postern.directory.FileView;
import io.postern.directory.ObjectFile;
import io.postern.directory.ObjectVersion;
import io.postern.policy.directory.DirectoryOwner;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryRules;
import io.postern.rules.DirectoryWarnings;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The change of one object, from the request's preconditions to its answer. The owner of the
 * directory compares the object's version again, so that of two changes of one version one is made
 * (docs/decisions/0063-objects-one-by-one.md). One request.
 *
 * @param actor for the audit
 * @param reason of the change, in the caller's words
 */
record ObjectChange(
    Changes changes,
    String key,
    @Nullable String ifMatch,
    @Nullable String ifNoneMatch,
    boolean dryRun,
    String actor,
    String reason) {
  private static final int OK = 200;
  private static final int CREATED = 201;

  /**
   * @param file with the object as it is to be
   */
  Response put(Directory before, ObjectFile file) throws UnavailableException {
    if (!file.problems().isEmpty()) {
      throw invalid(file.problems());
    }
    DirectoryObject wanted = file.object().orElseThrow();
    return make(before, wanted, file);
  }

  Response remove(Directory before) throws UnavailableException {
    DirectoryObject had =
        before.object(key).orElseThrow(() -> ProblemException.notFound(key.replace('/', ' ')));
    return make(before, had.toBuilder().setRemoved(true).build(), null);
  }

  private Response make(Directory before, DirectoryObject wanted, @Nullable ObjectFile file)
      throws UnavailableException {
    Optional<DirectoryObject> had = before.object(key);
    Optional<String> expected = Precondition.expected(ObjectVersion.of(had), ifMatch, ifNoneMatch);
    if (expected.isEmpty()) {
      return meanwhile(before, wanted);
    }
    Optional<DirectoryChange> change = DirectoryDiff.of(had, present(wanted));
    if (change.isPresent()) {
      problems(DirectoryRules.validate(before, List.of(wanted)), file);
      if (!dryRun) {
        DirectoryResult result = changes.send(command(wanted, expected.get()));
        if (result.getAccepted()) {
          changes.awaitOwnReader(result);
          return answer(
              changes.directory(), result.getVersion(), had.isEmpty(), true, change, wanted, file);
        }
        if (result.getProblemsList().stream()
            .anyMatch(p -> p.getField().equals(DirectoryOwner.EXPECTED_OBJECTS))) {
          changes.awaitOther(before);
          return meanwhile(changes.directory(), wanted);
        }
        problems(result.getProblemsList(), file);
      }
    }
    return answer(before, before.version(), false, false, change, wanted, file);
  }

  private static Optional<DirectoryObject> present(DirectoryObject wanted) {
    return wanted.getRemoved() ? Optional.empty() : Optional.of(wanted);
  }

  private DirectoryCommand command(DirectoryObject wanted, String expected) {
    return DirectoryCommand.newBuilder()
        .setCommandId(UUID.randomUUID().toString())
        .setActor(actor)
        .addChanges(wanted)
        .setExpectedVersion(-1)
        .addExpectedObjects(ExpectedObject.newBuilder().setKey(key).setVersion(expected))
        .setAtMillis(System.currentTimeMillis())
        .setSource("api")
        .setReason(reason)
        .build();
  }

  private Response answer(
      Directory directory,
      long version,
      boolean created,
      boolean applied,
      Optional<DirectoryChange> change,
      DirectoryObject wanted,
      @Nullable ObjectFile file) {
    Map<String, Object> shown = wanted.getRemoved() ? null : FileView.fields(wanted);
    List<ObjectAnswer.Warning> found =
        DirectoryWarnings.of(with(directory, wanted), List.of(wanted), Instant.now()).stream()
            .map(w -> ObjectAnswer.Warning.of(w, file == null ? 0 : file.locate(w).line()))
            .toList();
    Response.ResponseBuilder answer =
        Response.status(created ? CREATED : OK)
            .entity(new ObjectAnswer(version, dryRun, applied, change.orElse(null), shown, found));
    if (!wanted.getRemoved()) {
      answer.header(HttpHeaders.ETAG, Precondition.quoted(ObjectVersion.of(wanted)));
    }
    return answer.build();
  }

  /** As it would be. */
  private static Directory with(Directory directory, DirectoryObject wanted) {
    return directory
            .object(DirectoryKeys.key(wanted))
            .filter(has -> ObjectVersion.of(has).equals(ObjectVersion.of(wanted)))
            .isPresent()
        ? directory
        : directory.with(List.of(wanted));
  }

  private Response meanwhile(Directory now, DirectoryObject wanted) {
    Optional<DirectoryObject> current = now.object(key);
    List<DirectoryChange> difference =
        DirectoryDiff.of(current, present(wanted)).map(List::of).orElse(List.of());
    Response.ResponseBuilder answer =
        ChangedMeanwhile.answer(
            now.version(), difference, current.map(FileView::fields).orElse(null));
    current.ifPresent(
        object -> answer.header(HttpHeaders.ETAG, Precondition.quoted(ObjectVersion.of(object))));
    return answer.build();
  }

  private static void problems(List<DirectoryProblem> problems, @Nullable ObjectFile file) {
    if (!problems.isEmpty()) {
      throw invalid(
          problems.stream()
              .map(
                  p ->
                      file != null
                          ? file.locate(p)
                          : new FileProblem(
                              0, 0, p.getObject(), p.getField(), p.getProblem(), p.getCure()))
              .toList());
    }
  }

  private static ProblemException invalid(List<FileProblem> problems) {
    return new ProblemException(
        Problem.of(
            Problem.UNPROCESSABLE,
            "Not valid",
            "The object has "
                + (problems.size() == 1 ? "a problem" : problems.size() + " problems")
                + ", and nothing was changed.",
            problems.stream().map(ObjectChange::fault).toList()));
  }

  private static Problem.Fault fault(FileProblem problem) {
    String pointer =
        problem.field().isEmpty()
            ? ""
            : "/" + problem.field().replace("[", "/").replace("]", "").replace('.', '/');
    return new Problem.Fault(
        pointer, problem.problem(), problem.cure(), problem.line() > 0 ? problem.line() : null);
  }
}
