package io.postern.policy.change;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Rights;

/**
 * Who changes the directory, by which call and why, as {@code directory.audit} keeps it.
 *
 * @param source the call: file, api, secure-partner, exchange-import
 * @param reason in the caller's words; empty: none was given
 */
public record Author(String name, Rights rights, String source, String reason) {
  private static final int MOST_REASON = 1_000;

  /**
   * @throws ProblemException 400: the reason is too long
   */
  public static Author of(Caller caller, String source, String reason) {
    if (reason.length() > MOST_REASON) {
      throw ProblemException.badRequest(
          "reason", "it has " + reason.length() + " characters", "write at most " + MOST_REASON);
    }
    return new Author(caller.name(), caller.rights(), source, reason);
  }
}
