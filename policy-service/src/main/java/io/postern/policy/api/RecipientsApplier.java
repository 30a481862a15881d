package io.postern.policy.api;

import io.postern.api.CallerPlaces;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.Share;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.change.Author;
import io.postern.policy.change.Faults;
import io.postern.policy.directory.CommandJudge;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.policy.directory.DirectoryCommands;
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
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The way of a list of recipients into the log: it compares the list with the one in force, sends
 * the shards that differ in commands that follow each other, and returns when this replica's own
 * reader has read them (docs/design/the-log.md, "Recipient lists"). A change that ends half-way
 * leaves addresses of both lists in force, and none of those out that both have. Any thread that
 * may block; one list at a time, once its text has come, since it is held in memory, and another
 * one waits 30 s for it; 60 s for the text, 10 s a command.
 */
final class RecipientsApplier {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration UPLOAD = Duration.ofSeconds(60);
  private static final Duration TURN = Duration.ofSeconds(30);

  private static final Logger LOG = Logger.getLogger(RecipientsApplier.class);

  private final DirectoryReader<Directory> reader;
  private final CurrentDirectory current;
  private final DirectoryCommands commands;
  private final Uploads uploads = new Uploads(UPLOAD);
  private final CallerPlaces lists = new CallerPlaces(Bound.LISTS);

  RecipientsApplier(
      DirectoryReader<Directory> reader, CurrentDirectory current, DirectoryCommands commands) {
    this.reader = reader;
    this.current = current;
    this.commands = commands;
  }

  /**
   * @param removeAtMost per cent of the list in force
   * @throws ProblemException 422: the list has faults; 409: another change of the list came between
   */
  RecipientsResource.RecipientsAnswer apply(
      AcceptedDomain domain, InputStream text, boolean dryRun, int removeAtMost, Author author)
      throws IOException {
    Holder holder = new Holder(author.name(), domain.getOrganization());
    try (Uploads.Body body = uploads.read(holder, text);
        Share.Held place = lists.await(holder, TURN)) {
      return applied(domain, body.stream(), dryRun, removeAtMost, author);
    }
  }

  private RecipientsResource.RecipientsAnswer applied(
      AcceptedDomain domain, InputStream text, boolean dryRun, int removeAtMost, Author author)
      throws IOException {
    RecipientFile file = RecipientFile.read(domain, text);
    RecipientComparison comparison =
        RecipientComparison.of(current.get().recipientLists().list(domain.getDomain()), file);
    Faults.refuseAll(problems(file, comparison, removeAtMost));
    boolean send = !dryRun && !comparison.same();
    if (send) {
      List<DirectoryCommand> steps =
          RecipientSteps.of(domain, comparison, author.name(), author.reason());
      for (DirectoryCommand step : steps) {
        DirectoryResult result = send(step);
        if (!result.getAccepted()) {
          throw rejected(result.getProblemsList(), step == steps.getFirst());
        }
        awaitOwnReader(result);
      }
    }
    Difference difference = comparison.difference();
    return new RecipientsResource.RecipientsAnswer(
        domain.getDomain(),
        dryRun,
        send,
        file.addresses(),
        file.others(),
        difference.added(),
        difference.removed(),
        difference.rerouted(),
        difference.unrouted());
  }

  private static List<Problem.Fault> problems(
      RecipientFile file, RecipientComparison comparison, int removeAtMost) {
    List<Problem.Fault> problems = new ArrayList<>(file.problems());
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

  /** A suspicious list, refused unless removeAtMost is raised. */
  private static Problem.Fault doubt(String problem, String cure, int removeAtMost) {
    return RecipientFile.fault(
        0,
        problem,
        cure
            + "; if it is correct, allow more percent than "
            + removeAtMost
            + " (removeAtMost; --remove-at-most)");
  }

  private static ProblemException rejected(List<DirectoryProblem> problems, boolean first) {
    if (!first) {
      return ProblemException.unavailable(
          "Part of the change was made; no address that is in both lists is missing; then: "
              + problems.stream()
                  .map(DirectoryProblem::getProblem)
                  .findFirst()
                  .orElse("the rest was refused")
              + ". Apply the list again.");
    }
    Optional<DirectoryProblem> soon = CommandJudge.tooSoon(problems);
    if (soon.isPresent()) {
      throw ProblemException.tooManyRequests(
          "Nothing was changed: " + soon.get().getProblem() + "; " + soon.get().getCure() + ".");
    }
    if (problems.stream().anyMatch(p -> p.getField().equals(RecipientListStep.LIST_ID))) {
      return ProblemException.conflict(
          "The list was changed at the same time. No address that is in both lists is missing: "
              + "check the list, and apply yours again.");
    }
    Faults.refuseAll(
        problems.stream().map(p -> RecipientFile.fault(0, p.getProblem(), p.getCure())).toList());
    throw new IllegalStateException("a list was refused without a reason");
  }

  private DirectoryResult send(DirectoryCommand step) {
    try {
      return commands.submit(step, PATIENCE);
    } catch (LogUnavailableException e) {
      LOG.warnf("a list was not sent: %s", e);
      throw ProblemException.unavailable(
          "Kafka does not accept the change now. Part of it may have been accepted; no address "
              + "that is in both lists is missing: apply the list again.");
    } catch (TimeoutException e) {
      LOG.warnf("a list was not answered: %s", e);
      throw ProblemException.timedOut(
          "No policy-service responded within 10 seconds. Part of the change may have been made; "
              + "no address that is in both lists is missing: apply the list again.");
    }
  }

  private void awaitOwnReader(DirectoryResult result) {
    if (!reader.awaitRecipients(result.getRecipientsEnd(), PATIENCE)
        || !reader.awaitVersion(result.getVersion(), PATIENCE)) {
      throw ProblemException.timedOut(
          "The change was made, but this service has not read it within 10 seconds: check the list.");
    }
  }
}
