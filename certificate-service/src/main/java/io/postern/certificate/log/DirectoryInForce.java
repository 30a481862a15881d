package io.postern.certificate.log;

import io.postern.certificate.anchors.OrganizationAnchors;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.rules.Directory;
import java.util.Collection;
import java.util.Map;

/** One version of the directory as this service uses it. Immutable, any thread. */
public record DirectoryInForce(OrganizationAnchors anchors, Directory rules) {

  /** As {@code SnapshotFactory} of the directory's reader wants it. */
  public static DirectoryInForce of(
      Collection<DirectoryObject> objects, long version, Map<String, Long> routingVersions) {
    return new DirectoryInForce(
        OrganizationAnchors.of(objects, version, routingVersions),
        Directory.of(objects, version, routingVersions));
  }
}
