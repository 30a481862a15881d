package io.postern.log.content;

import org.jspecify.annotations.Nullable;

/** A message's content could not be read. */
public final class ContentException extends Exception {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Kind {
    /** The log no longer has it: retention. Trying again does not help. */
    GONE,
    /**
     * It is there and differs from the accepted content: in size, digest, order or owner. Trying
     * again does not help.
     */
    DAMAGED,
    /**
     * It is sealed, and the log does not have its key: the topic of keys lost it, or was restored
     * without it. Trying again helps when an operator has restored that topic.
     */
    KEYLESS,
    /** The log does not answer, or the reader was closed. Try again later. */
    UNAVAILABLE
  }

  private final Kind kind;

  public ContentException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
