package io.postern.log.sealing;

import org.jspecify.annotations.Nullable;

/** A sealed content is not what was sealed: altered, cut, or another message's. */
public final class BrokenSealException extends Exception {
  private static final long serialVersionUID = 1;

  BrokenSealException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
