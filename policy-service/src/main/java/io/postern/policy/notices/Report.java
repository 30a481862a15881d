package io.postern.policy.notices;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RequireTls;
import io.postern.smtp.Address;
import java.util.List;

/**
 * The content of one DSN, about recipients of one organization (G8).
 *
 * @param queueId the DSN's own
 * @param hostName of the system that reports
 * @param organization whose mail the original is
 * @param direction the original's; "your administrator" depends on it
 * @param atMillis when it was asked for
 * @param expiresMillis how long a delayed message is tried; 0: not known
 * @param whole whether the original's content is returned ({@link FullReturn})
 */
record Report(
    Action action,
    QueueId queueId,
    MessageAccepted original,
    String hostName,
    String organization,
    Direction direction,
    long atMillis,
    long expiresMillis,
    boolean whole,
    List<ReportedRecipient> recipients) {

  Report {
    recipients = List.copyOf(recipients);
  }

  /** The address that the DSN goes to: its domain in A-labels, so that fewer need SMTPUTF8. */
  String sender() {
    String sender = original.getEnvelope().getReversePath();
    return MimeText.isAscii(sender) ? sender : Address.parse(sender).withAsciiDomain().toString();
  }

  /**
   * The DSN goes by SMTPUTF8, and so over hosts with 8BITMIME alone (RFC 6531 §3.1): its parts may
   * be in UTF-8 (RFC 6533). Any other must pass hosts, and be read by programs, that know ASCII
   * alone.
   */
  boolean international() {
    return !MimeText.isAscii(sender());
  }

  /** Whether addresses of recipients may be in UTF-8 (RFC 6533 §3). */
  boolean utf8() {
    return original.getEnvelope().getSmtputf8();
  }

  /** The original demands it of its whole way (RFC 8689 §5: and of its DSN's). */
  boolean requireTls() {
    return original.getEnvelope().getRequireTls() == RequireTls.REQUIRE_TLS_YES;
  }
}
