package io.postern.policy.directory;

import io.postern.api.Rights;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.rules.Directory;
import java.util.Optional;

/**
 * What a caller may not change of the directory (docs/decisions/0062-who-may.md). An administrator
 * changes the objects of organizations, and makes neither an organization nor an accepted domain,
 * since the mail of a domain goes to the organization that adds it. Pure.
 */
public final class Permission {
  private Permission() {}

  /**
   * @param object as it would be afterwards, not removed
   */
  public static Optional<DirectoryProblem> problem(
      DirectoryObject object, Directory before, Rights rights) {
    if (rights.operator()) {
      return Optional.empty();
    }
    String organization = DirectoryKeys.organizationOf(object);
    String key = DirectoryKeys.key(object);
    if (!rights.mayRead(organization) || object.hasOrganization() && before.object(key).isEmpty()) {
      return Optional.of(
          problem(
              key,
              "no such organization: \"" + organization + "\" that you may change",
              "remove it from the file, or ask an operator to create it"));
    }
    if (!rights.mayChange(organization)) {
      return Optional.of(
          problem(key, "you may only read the organization", "ask for the role of administrator"));
    }
    if (object.hasAcceptedDomain()
        && before
            .object(key)
            .filter(had -> had.getAcceptedDomain().getOrganization().equals(organization))
            .isEmpty()) {
      return Optional.of(
          problem(
              key,
              "only an operator may add an accepted domain, because its mail is routed to it",
              "ask an operator to add it"));
    }
    return Optional.empty();
  }

  private static DirectoryProblem problem(String object, String problem, String cure) {
    return DirectoryProblem.newBuilder()
        .setObject(object)
        .setProblem(problem)
        .setCure(cure)
        .build();
  }
}
