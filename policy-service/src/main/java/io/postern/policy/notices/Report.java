package io.postern.policy.notices;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
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

  /** Whether addresses may be in UTF-8 (RFC 6533). */
  boolean utf8() {
    return original.getEnvelope().getSmtputf8();
  }
}
