package io.postern.log;

import org.jspecify.annotations.Nullable;

/**
 * The log did not answer in time or refused for now: nothing was promised, try again later (SMTP:
 * 451, RFC 5321 §4.2.2).
 */
public final class LogUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  public LogUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
