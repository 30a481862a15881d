package io.postern.policy.change;

import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.FileView;
import io.postern.directory.ObjectVersion;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.CommandJudge;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.policy.directory.Permission;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryWarnings;
import io.postern.rules.checks.Quotas;
import io.postern.rules.hops.NextHopApprovals;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Changes of the directory: all of one or nothing, by one command, in force for this replica when
 * the call returns. A change that finds its organizations as they were seen is made, whatever
 * others change meanwhile; the directory's owner compares it (docs/design/architecture.md,
 * "Directory and administration"). A change of nothing sends nothing. Any thread that may block; 10
 * s in all.
 */
@Singleton
public class DirectoryChanges {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Logger LOG = Logger.getLogger(DirectoryChanges.class);

  private final DirectoryReader<Directory> reader;
  private final CurrentDirectory current;
  private final DirectoryCommands commands;
  private final Quotas quotas;

  DirectoryChanges(
      DirectoryReader<Directory> reader,
      CurrentDirectory current,
      DirectoryCommands commands,
      Quotas quotas) {
    this.quotas = quotas;
    this.reader = reader;
    this.current = current;
    this.commands = commands;
  }

  /** What is to change, of all that is wanted. */
  private record Difference(
      List<DirectoryObject> present, List<DirectoryObject> objects, List<DirectoryChange> changes) {

    /** Of approvals, which are no part of what an administrator writes. */
    static Difference ofNextHops(Directory before, NextHopApprovals.Asked asked, Author author) {
      List<DirectoryObject> after =
          NextHopApprovals.change(before, asked, writer(author)).objects();
      List<DirectoryObject> objects =
          after.stream()
              .flatMap(object -> before.object(DirectoryKeys.key(object)).stream())
              .toList();
      List<DirectoryChange> changes = DirectoryDiff.between(objects, after);
      return new Difference(objects, changes.isEmpty() ? List.of() : after, changes);
    }

    static Difference of(Directory before, List<DirectoryObject> wanted) {
      List<DirectoryObject> objects = new ArrayList<>();
      List<DirectoryChange> changes = new ArrayList<>();
      for (DirectoryObject object : wanted) {
        // Another organization's under this key stays its own: the rules refuse the change.
        Optional<DirectoryObject> had =
            before
                .object(DirectoryKeys.key(object))
                .filter(
                    there ->
                        DirectoryKeys.organizationOf(there)
                            .equals(DirectoryKeys.organizationOf(object)));
        Optional<DirectoryObject> has = Optional.of(object).filter(o -> !o.getRemoved());
        DirectoryDiff.of(had, has)
            .ifPresent(
                change -> {
                  objects.add(object);
                  changes.add(change);
                });
      }
      return new Difference(
          wanted.stream().filter(o -> !o.getRemoved()).toList(), objects, changes);
    }
  }

  /**
   * What the change would do, checked by all that can be checked here. Pure.
   *
   * @throws ProblemException 422 with the faults
   */
  public static Changed compare(Change change, Quotas quotas) {
    Difference difference = difference(change, change.before());
    permit(change, difference);
    check(change, difference, quotas);
    return changed(change, difference, change.before().version(), false);
  }

  /**
   * @throws ProblemException 422 with the faults; 429: the organization, or all, have changed too
   *     much lately; 503: Kafka is away; 504: no answer in time, and the change may still be made
   * @throws WebApplicationException 412, 409 with the difference, see {@link ChangedMeanwhile}
   */
  public Changed make(Change change) {
    Directory before = change.before();
    Difference difference = difference(change, before);
    permit(change, difference);
    // Asked after the directory was read: it may be newer, never older.
    if (change.seen() >= 0 && reader.changed(change.organizations()) > change.seen()) {
      throw meanwhile(change, before);
    }
    check(change, difference, quotas);
    if (change.dryRun() || difference.objects().isEmpty()) {
      return changed(change, difference, before.version(), false);
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    DirectoryResult result = submit(command(change, difference.objects()), deadline);
    if (!result.getAccepted()) {
      if (result.getProblemsList().stream().anyMatch(CommandJudge::isLate)) {
        reader.awaitVersion(result.getVersion(), left(deadline));
        throw meanwhile(change, current.get());
      }
      CommandJudge.tooSoon(result.getProblemsList()).ifPresent(DirectoryChanges::later);
      refuse(change, result.getProblemsList());
    }
    awaitOwnReader(result, deadline);
    return changed(change, difference, result.getVersion(), true);
  }

  private static void later(DirectoryProblem tooSoon) {
    throw ProblemException.tooManyRequests(
        "Nothing was changed: " + tooSoon.getProblem() + "; " + tooSoon.getCure() + ".");
  }

  private static Difference difference(Change change, Directory before) {
    NextHopApprovals.Asked nextHops = change.nextHops();
    return nextHops != null
        ? Difference.ofNextHops(before, nextHops, change.author())
        : Difference.of(before, change.wanted().apply(before));
  }

  /** Before the rules, which would tell a free domain from another organization's (G8). */
  private static void permit(Change change, Difference difference) {
    refuse(
        change,
        difference.present().stream()
            .flatMap(o -> Permission.problem(o, change.before(), change.author().rights()).stream())
            .toList());
  }

  private static void check(Change change, Difference difference, Quotas quotas) {
    if (difference.objects().isEmpty() || change.nextHops() != null) {
      return;
    }
    refuse(change, CommandJudge.check(change.before(), quotas, difference.objects()));
    refuse(change, approvals(change.before(), difference.objects(), change.author()).problems());
  }

  /** What an author may write, and as what the directory's owner would write it. */
  public static NextHopApprovals.Judged approvals(
      Directory before, List<DirectoryObject> objects, Author author) {
    return NextHopApprovals.judge(before, objects, writer(author));
  }

  private static NextHopApprovals.Writer writer(Author author) {
    return new NextHopApprovals.Writer(
        author.name(), author.rights().operator(), System.currentTimeMillis());
  }

  private static void refuse(Change change, List<DirectoryProblem> problems) {
    Faults.refuse(problems.stream().map(change.place()).toList());
  }

  private static Changed changed(
      Change change, Difference difference, long version, boolean applied) {
    Directory after = change.before().with(difference.objects());
    return new Changed(
        version,
        change.dryRun(),
        applied,
        difference.changes(),
        DirectoryWarnings.of(after, difference.present(), Instant.now()).stream()
            .map(w -> Changed.Warning.of(w, change.place().apply(w).line()))
            .toList());
  }

  /** The answer to a change that another one came before: what it would change in {@code now}. */
  public WebApplicationException meanwhile(Change change, Directory now) {
    List<DirectoryChange> changes = difference(change, now).changes();
    Optional<DirectoryObject> object =
        Optional.ofNullable(change.object()).flatMap(one -> now.object(one.getKey()));
    Response.ResponseBuilder answer =
        ChangedMeanwhile.answer(
            change.conditional(),
            now.version(),
            changes,
            object.map(FileView::fields).orElse(null));
    object.ifPresent(
        one -> answer.header(HttpHeaders.ETAG, Precondition.quoted(ObjectVersion.of(one))));
    return new WebApplicationException(answer.build());
  }

  private static DirectoryCommand command(Change change, List<DirectoryObject> objects) {
    DirectoryCommand.Builder command =
        DirectoryCommand.newBuilder()
            .setCommandId(UUID.randomUUID().toString())
            .setActor(change.author().name())
            .setAtMillis(System.currentTimeMillis())
            .setByOperator(change.author().rights().operator())
            .setSource(change.author().source())
            .setReason(change.author().reason());
    NextHopApprovals.Asked nextHops = change.nextHops();
    if (nextHops == null) {
      command.addAllChanges(objects);
    } else {
      // Without the objects, which the owner finds: they may be larger than a command.
      command
          .setNextHops(nextHops.change())
          .setNextHopOrganization(nextHops.organization())
          .addAllNextHopValues(nextHops.values());
    }
    if (change.object() != null) {
      command.setExpectedVersion(-1).addExpectedObjects(change.object());
    } else {
      // The first for an owner of the version before, which does not know the second.
      command
          .setExpectedVersion(change.before().version())
          .setSeenVersion(change.before().version());
    }
    return command.build();
  }

  private DirectoryResult submit(DirectoryCommand command, long deadline) {
    try {
      return commands.submit(command, left(deadline));
    } catch (LogUnavailableException e) {
      LOG.warnf("a change was not sent: %s", e);
      throw ProblemException.unavailable(
          "Kafka does not accept the change now: check the directory, and repeat the change.");
    } catch (TimeoutException e) {
      LOG.warnf("a change was not answered: %s", e);
      throw ProblemException.timedOut(
          "The change is in Kafka, and no policy-service responded within 10 seconds. It will be "
              + "processed as soon as one does: check the directory before you repeat it.");
    }
  }

  private void awaitOwnReader(DirectoryResult result, long deadline) {
    if (!reader.awaitVersion(result.getVersion(), left(deadline))
        || !reader.awaitRecipients(result.getRecipientsEnd(), left(deadline))) {
      throw ProblemException.timedOut(
          "The change was made (version "
              + result.getVersion()
              + "), but this service has not read it within 10 seconds.");
    }
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }
}
