package io.postern.policy.api;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.policy.recipients.ListProblem;
import io.postern.policy.recipients.RecipientComparison;
import io.postern.policy.recipients.RecipientFile;
import io.postern.policy.recipients.RecipientListStep;
import io.postern.policy.recipients.RecipientSteps;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientList.Difference;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;

/**
 * The way of a list of recipients into the log: it compares the list with the one in force, sends
 * the shards that differ in commands that follow each other, and returns when this replica's own
 * reader has read them (docs/design/the-log.md, "Recipient lists"). A change that ends half-way
 * leaves addresses of both lists in force, and none of those out that both have. Any thread that
 * may block; one list at a time, once its text has come, since it is held in memory; 60 s for the
 * text, 10 s a command.
 */
final class RecipientsApplier {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration UPLOAD = Duration.ofSeconds(60);

  private final DirectoryReader<Directory> reader;
  private final DirectoryCommands commands;
  private final Uploads uploads = new Uploads(UPLOAD);
  private final Semaphore place = new Semaphore(1);

  RecipientsApplier(DirectoryReader<Directory> reader, DirectoryCommands commands) {
    this.reader = reader;
    this.commands = commands;
  }

  /**
   * @param removeAtMost per cent of the list in force
   * @throws OvertakenException when another change of the list came between
   */
  RecipientsAnswer apply(
      AcceptedDomain domain, InputStream text, boolean dryRun, int removeAtMost, String actor)
      throws UnavailableException, OvertakenException, IOException {
    try (Uploads.Body body = uploads.read(domain.getOrganization(), text)) {
      return applied(domain, body.stream(), dryRun, removeAtMost, actor);
    }
  }

  private RecipientsAnswer applied(
      AcceptedDomain domain, InputStream text, boolean dryRun, int removeAtMost, String actor)
      throws UnavailableException, OvertakenException, IOException {
    if (!place.tryAcquire()) {
      throw new UnavailableException(
          UnavailableException.UNAVAILABLE, "Another list is being applied: try again.", null);
    }
    try {
      RecipientFile file = RecipientFile.read(domain, text);
      RecipientComparison comparison =
          RecipientComparison.of(directory().recipientLists().list(domain.getDomain()), file);
      List<ListProblem> problems = problems(file, comparison, removeAtMost);
      boolean send = problems.isEmpty() && !dryRun && !comparison.same();
      if (send) {
        List<DirectoryCommand> steps = RecipientSteps.of(domain, comparison, actor);
        for (DirectoryCommand step : steps) {
          DirectoryResult result = send(step);
          if (!result.getAccepted() && step != steps.getFirst()) {
            throw new UnavailableException(
                UnavailableException.UNAVAILABLE,
                "Part of the change was made; no address that is in both lists is missing; then: "
                    + result.getProblemsList().stream()
                        .map(DirectoryProblem::getProblem)
                        .findFirst()
                        .orElse("the rest was refused")
                    + ". Apply the list again.",
                null);
          }
          if (!result.getAccepted()) {
            return answer(domain, dryRun, false, file, comparison, rejected(result));
          }
          awaitOwnReader(result);
        }
      }
      return answer(domain, dryRun, send, file, comparison, problems);
    } finally {
      place.release();
    }
  }

  Directory directory() throws UnavailableException {
    return new Changes(reader, commands).directory();
  }

  private static List<ListProblem> problems(
      RecipientFile file, RecipientComparison comparison, int removeAtMost) {
    List<ListProblem> problems = new ArrayList<>(file.problems());
    if (problems.isEmpty() && comparison.removesMoreThan(removeAtMost)) {
      problems.add(
          doubt(
              "it removes "
                  + comparison.difference().removed()
                  + " of "
                  + comparison.size()
                  + " addresses, and their mail would be refused",
              "check the export",
              removeAtMost));
    }
    if (file.problems().isEmpty() && comparison.unroutesMoreThan(removeAtMost)) {
      problems.add(
          doubt(
              "it takes the route of "
                  + comparison.difference().unrouted()
                  + " of the "
                  + comparison.routed()
                  + " addresses that have one, and their mail would be routed like that of the "
                  + "others",
              "check that the export has its column of routes",
              removeAtMost));
    }
    return List.copyOf(problems);
  }

  /** A list that may be right, if somebody says so. */
  private static ListProblem doubt(String problem, String cure, int removeAtMost) {
    return new ListProblem(
        0,
        problem,
        cure
            + "; if it is correct, allow more percent than "
            + removeAtMost
            + " (removeAtMost; --remove-at-most)");
  }

  private static RecipientsAnswer answer(
      AcceptedDomain domain,
      boolean dryRun,
      boolean applied,
      RecipientFile file,
      RecipientComparison comparison,
      List<ListProblem> problems) {
    Difference difference = comparison.difference();
    return new RecipientsAnswer(
        domain.getDomain(),
        dryRun,
        applied,
        file.addresses(),
        file.others(),
        difference.added(),
        difference.removed(),
        difference.rerouted(),
        difference.unrouted(),
        problems);
  }

  private static List<ListProblem> rejected(DirectoryResult result) throws OvertakenException {
    for (DirectoryProblem problem : result.getProblemsList()) {
      if (problem.getField().equals(RecipientListStep.LIST_ID)) {
        throw new OvertakenException();
      }
    }
    return result.getProblemsList().stream()
        .map(problem -> new ListProblem(0, problem.getProblem(), problem.getCure()))
        .toList();
  }

  private DirectoryResult send(DirectoryCommand step) throws UnavailableException {
    try {
      return commands.submit(step, PATIENCE);
    } catch (LogUnavailableException e) {
      throw new UnavailableException(
          UnavailableException.UNAVAILABLE,
          "Kafka does not accept the change now. Part of it may have been accepted; no address "
              + "that is in both lists is missing: apply the list again.",
          e);
    } catch (TimeoutException e) {
      throw new UnavailableException(
          UnavailableException.TIMED_OUT,
          "No policy-service responded within 10 seconds. Part of the change may have been made; "
              + "no address that is in both lists is missing: apply the list again.",
          e);
    }
  }

  private void awaitOwnReader(DirectoryResult result) throws UnavailableException {
    if (!reader.awaitRecipients(result.getRecipientsEnd(), PATIENCE)
        || !reader.awaitVersion(result.getVersion(), PATIENCE)) {
      throw new UnavailableException(
          UnavailableException.TIMED_OUT,
          "The change was made, but this service has not read it within 10 seconds: check the list.",
          null);
    }
  }
}
