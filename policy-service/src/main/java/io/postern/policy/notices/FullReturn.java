package io.postern.policy.notices;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;

/**
 * May a DSN carry the original's content? Only when the sender asked for it (RET=FULL, RFC 3461
 * §4.3, which is about failures alone) and it is certain that the message never had to travel above
 * OPPORTUNISTIC (G3). Certain is it for a message that failed in its first attempt, with all its
 * recipients, and came through no connector: later attempts and other recipients may have had
 * another requirement, which nobody remembers. Besides, the content of a first attempt is kept
 * longer than any DSN is tried (log-mechanics §2). Pure.
 */
final class FullReturn {
  /** What most hosts take in one message. */
  static final long MOST_BYTES = 10L << 20;

  private FullReturn() {}

  /**
   * @param required of the last attempt, as the notice tells it
   * @param outcome the last attempt's; the default instance: not known
   */
  static boolean allowed(
      Action action,
      MessageAccepted original,
      TlsRequirement required,
      OutcomeRecorded outcome,
      int reported) {
    return action == Action.FAILED
        && original.getEnvelope().getRet().equals("FULL")
        && original.getEnvelope().getRequireTls() != RequireTls.REQUIRE_TLS_YES
        && original.getGroupsList().stream().allMatch(group -> group.getConnector().isEmpty())
        && reported == original.getEnvelope().getRecipientsCount()
        && outcome.getAttempt() == 1
        && opportunistic(required)
        && opportunistic(outcome.getRequirement())
        && original.getContentCount() > 0
        && original.getSize() <= MOST_BYTES;
  }

  private static boolean opportunistic(TlsRequirement required) {
    return required.getLevel() == TlsLevel.OPPORTUNISTIC
        && !required.getForwardSecrecy()
        && required.getRequireTls() != RequireTls.REQUIRE_TLS_YES
        && (required.getDane() == DaneMode.DANE_NONE
            || required.getDane() == DaneMode.DANE_MODE_UNSPECIFIED)
        && (required.getMtaSts() == MtaStsMode.MTA_STS_NONE
            || required.getMtaSts() == MtaStsMode.MTA_STS_MODE_UNSPECIFIED);
  }
}
