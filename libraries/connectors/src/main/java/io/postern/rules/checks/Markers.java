package io.postern.rules.checks;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import java.util.List;

/**
 * The markers of removed objects: each holds its organization's version for readers that begin
 * later. Behind a newer connector or rule of the organization it holds nothing, and is taken away;
 * an accepted domain is none of these, since it may go to another organization. Pure.
 */
public final class Markers {
  private static final int MOST = 1_000; // that a small command takes away

  private Markers() {}

  /** Whether the organization's other markers hold nothing behind this object, removed or not. */
  public static boolean areReplacedBy(DirectoryObject object) {
    return object.hasInboundConnector() || object.hasOutboundConnector() || object.hasRoutingRule();
  }

  /** How many of an organization's a command takes away: more than it leaves itself. */
  public static long most(List<DirectoryObject> written) {
    return Math.max(MOST, 2L * written.size());
  }

  /** How many more there are of the organization after these changes, negative: fewer. */
  static long more(String organization, int before, List<DirectoryObject> changes) {
    List<DirectoryObject> own =
        changes.stream()
            .filter(change -> DirectoryKeys.organizationOf(change).equals(organization))
            .toList();
    long taken =
        own.stream().anyMatch(Markers::areReplacedBy) ? Math.min(before, most(changes)) : 0;
    return own.stream().filter(DirectoryObject::getRemoved).count() - taken;
  }
}
