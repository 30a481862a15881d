package io.postern.rules;

import io.postern.contracts.DirectoryWeight;
import io.postern.contracts.v1.DirectoryObject;

/**
 * How large some objects of the directory are together. Immutable.
 *
 * @param objects how many
 * @param memory heap that they need in a service that reads them whole, in bytes
 * @param certificates in anchor sets
 */
public record DirectorySize(long objects, long memory, long certificates) {
  public static final DirectorySize NONE = new DirectorySize(0, 0, 0);

  public DirectorySize plus(DirectoryObject object) {
    return changed(object, 1);
  }

  public DirectorySize minus(DirectoryObject object) {
    return changed(object, -1);
  }

  private DirectorySize changed(DirectoryObject object, int times) {
    return new DirectorySize(
        objects + times,
        memory + times * DirectoryWeight.of(object),
        certificates + (long) times * object.getAnchorSet().getCertificatesCount());
  }

  /**
   * @param count of removed objects, which need memory still; negative: fewer
   */
  public DirectorySize plusMarkers(long count) {
    return new DirectorySize(objects, memory + count * DirectoryWeight.MARKER, certificates);
  }

  public DirectorySize plus(DirectorySize other) {
    return new DirectorySize(
        objects + other.objects, memory + other.memory, certificates + other.certificates);
  }
}
