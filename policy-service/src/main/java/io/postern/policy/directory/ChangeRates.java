package io.postern.policy.directory;

import io.postern.bounds.Levels;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.policy.recipients.RecipientListStep;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often, and by how many bytes, organizations change the directory: each change is kept in
 * {@code directory.audit} for more than a year. Of the levels of one organization and of all, none
 * may be above its bound. The levels are memory: of the owner, so that a takeover by another
 * replica begins with empty ones, and of each replica's API, which sends nothing beyond them.
 * Thread-safe.
 *
 * <p>Bounds: 10,000 organizations; beyond, the one that changed longest ago begins anew.
 */
public final class ChangeRates {
  private static final int MOST_ORGANIZATIONS = 10_000;
  private static final String ALL = ""; // no organization's id
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final long HOUR = Duration.ofHours(1).toNanos();

  /**
   * A rate.
   *
   * @param changesAMinute that it allows in the long run
   * @param changesAtOnce after a pause
   * @param bytesAnHour written for changes in the long run
   * @param bytesAtOnce after a pause
   */
  public record Rate(long changesAMinute, long changesAtOnce, long bytesAnHour, long bytesAtOnce) {}

  private final Rate organization;
  private final Rate all;
  private final Levels<String> changes;
  private final Levels<String> bytes;
  private String counted = ""; // the owner's last command; guarded by this

  /**
   * @param nanos a clock that never steps
   */
  public ChangeRates(Rate organization, Rate all, LongSupplier nanos) {
    this.organization = organization;
    this.all = all;
    changes = new Levels<>(MOST_ORGANIZATIONS, nanos);
    bytes = new Levels<>(MOST_ORGANIZATIONS, nanos);
  }

  /**
   * Counts a change, unless it comes too soon: then the problem, and nothing is counted.
   *
   * @param count 0: a further step of a change
   * @param size bytes that are written for it
   */
  synchronized Optional<DirectoryProblem> count(
      Collection<String> organizations, int count, long size) {
    for (String id : organizations) {
      Optional<DirectoryProblem> problem = soon(id, organization, count, size);
      if (problem.isPresent()) {
        return problem;
      }
    }
    Optional<DirectoryProblem> problem = soon(ALL, all, count, size);
    if (problem.isEmpty()) {
      organizations.forEach(id -> raise(id, organization, count, size));
      raise(ALL, all, count, size);
    }
    return problem;
  }

  /**
   * Counts what the owner writes for a command, unless it comes too soon. A command that is tried
   * again after a failure counts once.
   *
   * @param before the directory that it changes
   */
  synchronized Optional<DirectoryProblem> count(DirectoryCommand command, Directory before) {
    if (command.getCommandId().equals(counted)) {
      return Optional.empty();
    }
    // Such a step writes its domain again: the routing version moves as by any change.
    boolean movesMail =
        command.hasRecipients() && RecipientListStep.mayMoveMail(before, command.getRecipients());
    int count = !command.hasRecipients() || movesMail ? 1 : 0;
    Optional<DirectoryProblem> problem =
        count(of(command), count, written(command, before, movesMail));
    if (problem.isEmpty()) {
      counted = command.getCommandId();
    }
    return problem;
  }

  /** In bytes: the command, its objects, and both their states for the audit. */
  private static long written(DirectoryCommand command, Directory before, boolean movesMail) {
    long size = command.getSerializedSize();
    if (!command.hasRecipients()) {
      return 3 * size
          + command.getChangesList().stream()
              .flatMap(change -> before.object(DirectoryKeys.key(change)).stream())
              .mapToLong(DirectoryObject::getSerializedSize)
              .sum();
    }
    String domain = command.getRecipients().getDomain();
    return 2 * size
        + (movesMail
            ? before.acceptedDomain(domain).map(AcceptedDomain::getSerializedSize).orElse(0)
            : 0);
  }

  private void raise(String id, Rate rate, int count, long size) {
    changes.change(id, count * (MINUTE / rate.changesAMinute()));
    bytes.change(id, cost(size, rate));
  }

  private Optional<DirectoryProblem> soon(String id, Rate rate, int count, long size) {
    long each = MINUTE / rate.changesAMinute();
    long early = changes.level(id) + count * each - rate.changesAtOnce() * each;
    long large = bytes.level(id) + cost(size, rate) - cost(rate.bytesAtOnce(), rate);
    long wait = Math.max(count == 0 ? 0 : early, large);
    if (wait <= 0) {
      return Optional.empty();
    }
    String whose = id.equals(ALL) ? "all organizations" : "the organization";
    String rateText =
        early > large
            ? "%,d changes a minute".formatted(rate.changesAMinute())
            : "%,d bytes of changes an hour".formatted(rate.bytesAnHour());
    return Optional.of(
        CommandJudge.problem(
            id.equals(ALL) ? "" : "organization/" + id,
            CommandJudge.RATE,
            whose + " may make " + rateText + " in the long run",
            "repeat it in " + Duration.ofNanos(wait).plusSeconds(1).toSeconds() + " seconds"));
  }

  /** The time in which so many bytes are allowed. */
  private static long cost(long size, Rate rate) {
    return (long) ((double) size * HOUR / rate.bytesAnHour());
  }

  /** Organizations that a command changes, or whose list. */
  static List<String> of(DirectoryCommand command) {
    return command.hasRecipients()
        ? List.of(command.getRecipients().getOrganization())
        : List.copyOf(CommandJudge.organizations(command));
  }
}
