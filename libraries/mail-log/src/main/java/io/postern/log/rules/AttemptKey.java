package io.postern.log.rules;

/**
 * A recipient in one attempt.
 *
 * @param recipient index into the accepted envelope; {@link #NO_RECIPIENT}: of an outcome without
 *     recipients
 */
public record AttemptKey(MessageAttempt attempt, int recipient) {
  public static final int NO_RECIPIENT = -1;
}
