package io.postern.directory;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.DirectoryObject;
import java.util.Optional;

/**
 * The version of a directory object by its content, which an API shows as its ETag: the same
 * content has the same version, whoever wrote it, and when
 * (docs/decisions/0063-objects-one-by-one.md).
 */
public final class ObjectVersion {
  /** Of an object that does not exist. */
  public static final String NONE = "";

  private static final int DIGITS = 32;

  private ObjectVersion() {}

  /** 32 hexadecimal digits. */
  public static String of(DirectoryObject object) {
    return Fingerprints.hex(Fingerprints.sha256(DirectoryDiff.bare(object).toByteArray()))
        .substring(0, DIGITS);
  }

  public static String of(Optional<DirectoryObject> object) {
    return object.map(ObjectVersion::of).orElse(NONE);
  }
}
