package io.postern.rules.checks;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.rules.Directory;
import io.postern.rules.DirectorySize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the directory may hold, for each organization and in all: one organization's administrators
 * must not use up the memory of services that all share. A change that makes nothing larger that is
 * above its quota already is allowed. Immutable; any thread.
 *
 * @param organization of each organization that has none of its own
 * @param own by organization
 * @param all of all organizations together
 */
public record Quotas(Quota organization, Map<String, Quota> own, Quota all) {
  /** Nothing is bounded, as in a comparison. */
  public static final Quotas NONE = new Quotas(Quota.NONE, Map.of(), Quota.NONE);

  private static final String CURE = "remove something, or ask an operator to raise postern.quotas";
  private static final int MANY_MARKERS = 1_000;
  private static final String FORGET =
      "change a connector (Postern then forgets names of removed objects), ";

  public Quotas {
    own = Map.copyOf(own);
  }

  /**
   * @param memory heap of a service that reads it, in bytes
   * @param certificates in anchor sets
   * @param recipients addresses in recipient lists
   */
  public record Quota(long objects, long memory, long certificates, long recipients) {
    static final Quota NONE =
        new Quota(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  public Quota of(String id) {
    return own.getOrDefault(id, organization);
  }

  /**
   * The problems of changes that would be made together and that the rules allow; empty: there is
   * room.
   */
  public List<DirectoryProblem> problems(Directory before, List<DirectoryObject> changes) {
    Map<String, DirectorySize> differences = new LinkedHashMap<>();
    for (DirectoryObject change : changes) {
      String id = DirectoryKeys.organizationOf(change);
      DirectorySize difference = differences.getOrDefault(id, DirectorySize.NONE);
      DirectorySize without =
          before
              .object(DirectoryKeys.key(change))
              .map(had -> difference.minus(bare(had)))
              .orElse(difference);
      differences.put(id, change.getRemoved() ? without : without.plus(bare(change)));
    }
    List<DirectoryProblem> problems = new ArrayList<>();
    differences.replaceAll(
        (id, more) -> more.plusMarkers(Markers.more(id, before.markers(id), changes)));
    differences.forEach(
        (id, more) ->
            compare(
                "the organization",
                id,
                before.size(id),
                more,
                of(id),
                before.markers(id) > MANY_MARKERS ? FORGET + CURE : CURE,
                problems));
    DirectorySize more =
        differences.values().stream().reduce(DirectorySize.NONE, DirectorySize::plus);
    compare("all organizations together", "", before.size(), more, all, CURE, problems);
    return problems;
  }

  /** Without the marks of the command, which the change has not got yet. */
  private static DirectoryObject bare(DirectoryObject object) {
    return object.toBuilder()
        .clearCommandId()
        .clearCommandCount()
        .clearCommandIndex()
        .clearRecipientsEnd()
        .build();
  }

  private static void compare(
      String whose,
      String id,
      DirectorySize before,
      DirectorySize more,
      Quota quota,
      String cure,
      List<DirectoryProblem> problems) {
    DirectorySize after = before.plus(more);
    above(whose, id, "objects", more.objects(), after.objects(), quota.objects(), CURE, problems);
    above(
        whose,
        id,
        "certificates in anchor sets",
        more.certificates(),
        after.certificates(),
        quota.certificates(),
        CURE,
        problems);
    above(
        whose,
        id,
        "bytes of memory",
        more.memory(),
        after.memory(),
        quota.memory(),
        cure,
        problems);
  }

  private static void above(
      String whose,
      String id,
      String what,
      long more,
      long after,
      long most,
      String cure,
      List<DirectoryProblem> problems) {
    if (more > 0 && after > most) {
      problems.add(
          DirectoryProblem.newBuilder()
              .setObject(id.isEmpty() ? "" : "organization/" + id)
              .setProblem(
                  "%s would have %,d %s, and may have %,d".formatted(whose, after, what, most))
              .setCure(cure)
              .build());
    }
  }
}
