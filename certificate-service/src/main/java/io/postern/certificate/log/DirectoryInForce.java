package io.postern.certificate.log;

import io.postern.certificate.anchors.OrganizationAnchors;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.rules.Directory;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One version of the directory as this service uses it. Immutable, any thread. */
public record DirectoryInForce(OrganizationAnchors anchors, Directory rules) {

  /** As {@code SnapshotFactory} of the directory's reader wants it. */
  public static DirectoryInForce next(
      @Nullable DirectoryInForce before,
      Collection<DirectoryObject> changes,
      long version,
      Map<String, Long> routingVersions,
      Map<String, Integer> markers) {
    Directory rules =
        Directory.next(
            before == null ? null : before.rules, changes, version, routingVersions, markers);
    if (before != null && changes.stream().noneMatch(DirectoryObject::hasAnchorSet)) {
      return new DirectoryInForce(before.anchors, rules);
    }
    return new DirectoryInForce(OrganizationAnchors.of(rules.objects()), rules);
  }
}
