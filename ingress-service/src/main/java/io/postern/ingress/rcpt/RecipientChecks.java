package io.postern.ingress.rcpt;

import io.postern.smtp.Address;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checks of a mail transaction's recipients, in their order. Owner: the session's thread, for
 * one mail transaction.
 */
public final class RecipientChecks {
  private final List<RecipientCheck> checks;

  /** The end of what the session has to do before a check may wait. */
  @FunctionalInterface
  public interface Pause {
    /** Sends the replies that are due (RFC 2920 §3.2): the recipients that have arrived already. */
    Iterable<Address> begin() throws IOException;
  }

  public RecipientChecks(List<RecipientCheck> checks) {
    this.checks = List.copyOf(checks);
  }

  /**
   * @return null: all checks accept, and keep what they took; else the first refusal, and those
   *     before it have given back
   */
  public @Nullable Refusal refusal(Candidate candidate, Pause pause) throws IOException {
    int passed = 0;
    while (passed < checks.size()) {
      switch (checks.get(passed).check(candidate)) {
        case RecipientCheck.Accepted accepted -> passed++;
        case RecipientCheck.Wait wait -> wait.await(pause.begin());
        case RecipientCheck.Refused(Refusal refusal) -> {
          checks.subList(0, passed).reversed().forEach(check -> check.giveBack(candidate));
          return refusal;
        }
      }
    }
    return null;
  }
}
