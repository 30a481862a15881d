package io.postern.certificate.anchors;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A source of anchors that cannot be read; the message names the setting's key, the file, the fault
 * and the cure.
 */
public final class BadAnchorFileException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param where key and file, as {@code postern.anchors.pem: FILE}
   */
  public BadAnchorFileException(String where, String problem, String cure) {
    this(where, problem, cure, null);
  }

  /**
   * @param cause reading failed, which may pass without a change of the file; null: it was read,
   *     and is broken
   */
  public BadAnchorFileException(
      String where, String problem, String cure, @Nullable IOException cause) {
    super(where + ": " + problem + "; " + cure, cause);
  }

  /** The same file may be readable the next time. */
  boolean mayPass() {
    return getCause() != null;
  }
}
