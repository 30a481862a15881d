package io.postern.policy.notices;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.fields.TlsDemand;
import java.time.Duration;

/**
 * The rule by which a DSN carries the original's content. The sender must have asked for it
 * (RET=FULL, RFC 3461 §4.3, which is about failures alone), and the message must never have had to
 * travel above OPPORTUNISTIC (G3). That is certain of a message that failed in its first attempt,
 * with all its recipients, and came through no connector: later attempts and other recipients may
 * have had another requirement, of which there is no record.
 *
 * <p>The content must outlive the DSN that refers to it. It is kept for two days more than the
 * longest lifetime, the DSN's (docs/design/the-log.md, "Home partition and content"): one day is
 * the original's before its notice, the other the notice writer's, less the six hours in which a
 * key seals contents. Pure.
 */
final class FullReturn {
  /** The size that most hosts take in one message. */
  static final long MOST_BYTES = 10L << 20;

  /** From acceptance to the notice: half of the two days. */
  static final Duration LONGEST_BEFORE_NOTICE = Duration.ofDays(1);

  private FullReturn() {}

  /**
   * @param required of the last attempt, as in the notice
   * @param outcome the last attempt's; the default instance: not known
   * @param noticeMillis when the DSN was asked for
   */
  static boolean allowed(
      Action action,
      MessageAccepted original,
      TlsRequirement required,
      OutcomeRecorded outcome,
      int reported,
      long noticeMillis) {
    return action == Action.FAILED
        && original.getEnvelope().getRet().equals("FULL")
        && original.getEnvelope().getRequireTls() != RequireTls.REQUIRE_TLS_YES
        // A part of it would make the DSN binary, which few hosts take (RFC 2046 §5.2.1).
        && original.getEnvelope().getBody() != BodyType.BODY_BINARYMIME
        && original.getGroupsList().stream().allMatch(group -> group.getConnector().isEmpty())
        && reported == original.getEnvelope().getRecipientsCount()
        && outcome.getAttempt() == 1
        && TlsDemand.plaintextAllowed(required)
        && TlsDemand.plaintextAllowed(outcome.getRequirement())
        && !domainDemandedTls(outcome)
        && original.getContentCount() > 0
        && original.getSize() <= MOST_BYTES
        && contentOutlivesTheDsn(original.getAcceptedMillis(), noticeMillis);
  }

  private static boolean contentOutlivesTheDsn(long acceptedMillis, long noticeMillis) {
    return acceptedMillis > 0 && noticeMillis - acceptedMillis <= LONGEST_BEFORE_NOTICE.toMillis();
  }

  /** The recipient's domain has published that its mail goes over TLS. */
  private static boolean domainDemandedTls(OutcomeRecorded outcome) {
    return OutcomeConnections.split(outcome).stream()
            .anyMatch(one -> one.hasDane() || one.hasMtaSts())
        || outcome.getRecipientsList().stream()
            .anyMatch(
                recipient ->
                    recipient.getReason().startsWith(Reasons.DANE_PREFIX)
                        || recipient.getReason().startsWith(Reasons.MTA_STS_PREFIX)
                        || recipient.getReason().equals(Reasons.DNSSEC_INVALID));
  }
}
