package io.postern.delivery.recipients;

import io.postern.smtp.EnhancedCode;
import io.postern.smtp.Reply;

/**
 * The meaning of a host's reply to RCPT for the question whether the mailbox exists (RFC 5321
 * §4.2.3, RFC 3463 §3.2). A refusal of the sender, of us or of the moment says nothing about the
 * mailbox. Pure.
 */
enum RcptReply {
  EXISTS,
  MISSING,
  /** Missing, unless the host would refuse everybody with these words. */
  MISSING_OR_WE,
  UNKNOWN;

  private static final int ADDRESS = 1; // RFC 3463 §3.2, X.1.YYY
  private static final int NETWORK = 4;

  static RcptReply of(Reply reply) {
    if (reply.isCompletion()) {
      return EXISTS;
    }
    if (!reply.isPermanent()) {
      return UNKNOWN;
    }
    EnhancedCode enhanced = reply.enhanced();
    boolean mailbox = reply.code() == 550 || reply.code() == 551 || reply.code() == 553;
    if (enhanced == null) {
      return mailbox ? MISSING_OR_WE : UNKNOWN;
    }
    if (enhanced.subject() == NETWORK && enhanced.detail() == 1) {
      return mailbox ? MISSING_OR_WE : UNKNOWN; // Exchange Online's word for it
    }
    if (enhanced.klass() != 5 || enhanced.subject() != ADDRESS) {
      return UNKNOWN;
    }
    return switch (enhanced.detail()) {
      case 1, 3, 4, 6, 10 -> MISSING; // 10: Exchange's "recipient not found"
      case 0, 2 -> MISSING_OR_WE;
      default -> UNKNOWN; // 5: valid; 7, 8: the sender's
    };
  }
}
