package io.postern.policy.whatif;

import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.directory.DirectoryDiff;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.directory.ObjectVersion;
import io.postern.policy.change.Faults;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryRules;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The directory as it would be with a draft: a directory file, or some objects of an organization
 * in the place of their namesakes. Checked as {@code apply} checks it. Immutable.
 *
 * @param organizations of which it speaks, one at least: a run is read by those who read them all
 * @param sha256 of the body that was sent, in lower-case hexadecimal
 */
record DraftDirectory(Directory now, Directory then, Set<String> organizations, String sha256) {
  DraftDirectory {
    if (organizations.isEmpty()) {
      throw new IllegalArgumentException("a draft without an organization would belong to all");
    }
  }

  /** Whose mail a run counts, and is read by (G8). */
  boolean isOf(String organization) {
    return organizations.contains(organization);
  }

  /** By a domain that it gives or takes, or leaves. */
  boolean accepts(@Nullable String domain) {
    return domain != null
        && organizations.stream().anyMatch(o -> now.accepts(o, domain) || then.accepts(o, domain));
  }

  /**
   * Of a directory file, which is the whole of its organizations.
   *
   * @param mayRead throws where the caller does not read an organization (G8); asked before the
   *     draft is compared with anything
   * @param operator may draft accepted domains that there are not
   * @throws ProblemException 422 with the faults, as {@code apply} has them
   */
  static DraftDirectory ofFile(
      Directory now, byte[] body, Consumer<String> mayRead, boolean operator) {
    DirectoryFile file = DirectoryFile.parse(body);
    file.organizations().forEach(mayRead);
    Faults.refuse(file.problems());
    List<DirectoryObject> changes = DirectoryDiff.of(now.objects(), file).objects();
    return checked(now, changes, file.organizations(), operator, file::locate, sha256(body));
  }

  /**
   * Of some objects; the organization's others stay.
   *
   * @param organization whose they are, which the caller reads
   * @param body its lists, as in a directory file
   * @param operator may draft accepted domains that there are not
   * @throws ProblemException 404: there is no such organization; 422 with the faults
   */
  static DraftDirectory ofObjects(
      Directory now, String organization, byte[] body, boolean operator) {
    if (now.organization(organization).isEmpty()) {
      throw ProblemException.notFound("organization " + organization);
    }
    DirectoryFile file = DirectoryFile.lists(body, organization);
    Faults.refuse(file.problems());
    List<DirectoryObject> changes =
        file.objects().stream()
            .filter(
                object ->
                    !ObjectVersion.of(object)
                        .equals(ObjectVersion.of(now.object(DirectoryKeys.key(object)))))
            .toList();
    return checked(now, changes, Set.of(organization), operator, file::locate, sha256(body));
  }

  private static String sha256(byte[] body) {
    return Fingerprints.hex(Fingerprints.sha256(body));
  }

  private static DraftDirectory checked(
      Directory now,
      List<DirectoryObject> changes,
      Set<String> organizations,
      boolean operator,
      Function<DirectoryProblem, FileProblem> locate,
      String sha256) {
    // First: the rules would tell a free domain from another organization's (G8).
    if (!operator) {
      refuseNewDomains(now, changes);
    }
    if (!changes.isEmpty()) {
      Faults.refuse(DirectoryRules.validate(now, changes).stream().map(locate).toList());
    }
    return new DraftDirectory(now, now.with(changes), organizations, sha256);
  }

  /**
   * By a domain of somebody else's partner the draft would show mail that is not its reader's (G8).
   */
  private static void refuseNewDomains(Directory now, List<DirectoryObject> changes) {
    for (DirectoryObject object : changes) {
      boolean owned =
          now.object(DirectoryKeys.key(object))
              .map(DirectoryKeys::organizationOf)
              .filter(DirectoryKeys.organizationOf(object)::equals)
              .isPresent();
      if (object.hasAcceptedDomain() && !owned) {
        throw ProblemException.badRequest(
            "/" + DirectoryKeys.key(object),
            "only an operator may draft an accepted domain that the organization does not have",
            "remove it from the draft, or ask an operator");
      }
    }
  }
}
