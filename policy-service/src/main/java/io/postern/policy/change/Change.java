package io.postern.policy.change;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.ExpectedObject;
import io.postern.directory.FileProblem;
import io.postern.rules.Directory;
import io.postern.rules.hops.NextHopApprovals;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A change of the directory that somebody asks for.
 *
 * @param before the directory that it was made for
 * @param wanted the objects as they are to be in a directory, those that are so already included;
 *     {@code removed} to remove one
 * @param organizations of which it speaks
 * @param seen version of the directory that the caller has seen; -1: the caller does not say
 * @param object version of the one object that the caller has seen, which then is in place of the
 *     organizations'; null: the organizations' count
 * @param conditional the caller sent a precondition (RFC 9110 §13.1)
 * @param place of a problem in what was sent
 * @param nextHops what it does to approvals, in place of {@code wanted}; null: it is none of them
 */
public record Change(
    Directory before,
    Function<Directory, List<DirectoryObject>> wanted,
    Collection<String> organizations,
    long seen,
    @Nullable ExpectedObject object,
    boolean conditional,
    Function<DirectoryProblem, FileProblem> place,
    Author author,
    boolean dryRun,
    NextHopApprovals.@Nullable Asked nextHops) {

  /** A change of organizations; it is made if none of them was changed since {@code before}. */
  public static Change of(
      Directory before,
      Collection<String> organizations,
      Function<Directory, List<DirectoryObject>> wanted,
      Author author,
      boolean dryRun) {
    return new Change(
        before, wanted, organizations, -1, null, false, Faults::unplaced, author, dryRun, null);
  }

  /** The same, with problems at their places in what was sent. */
  public Change placed(Function<DirectoryProblem, FileProblem> placed) {
    return new Change(
        before, wanted, organizations, seen, object, conditional, placed, author, dryRun, nextHops);
  }

  /** The same for a caller who sent the version that was seen; -1: any. */
  public Change ifSeen(long version) {
    return new Change(
        before,
        wanted,
        organizations,
        version,
        object,
        version >= 0,
        place,
        author,
        dryRun,
        nextHops);
  }

  /** The same of one object, whatever is changed around it. */
  public Change ofObject(ExpectedObject expected, boolean hasPrecondition) {
    return new Change(
        before,
        wanted,
        organizations,
        -1,
        expected,
        hasPrecondition,
        place,
        author,
        dryRun,
        nextHops);
  }

  /** The same, of the approvals of objects that stay as they are. */
  public Change ofNextHops(NextHopApprovals.Asked asked) {
    return new Change(
        before, wanted, organizations, seen, object, conditional, place, author, dryRun, asked);
  }
}
