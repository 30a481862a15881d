package io.postern.log.rules;

/**
 * One recipient in one attempt.
 *
 * @param recipient index into the accepted envelope; {@link #NO_RECIPIENT}: an outcome that names
 *     none
 */
public record AttemptKey(String queueId, int attempt, int recipient) {
  public static final int NO_RECIPIENT = -1;
}
