package io.postern.policy.notices;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.smtp.EnhancedCode;

/**
 * The fate of one recipient in a DSN.
 *
 * @param index in the envelope
 * @param kind how it ended, or how the last attempt did
 * @param by of a cancelled one: {@link Reasons#ADMINISTRATOR} or {@link Reasons#HOLD_LIMIT}
 * @param reason of the last attempt, or why it was held; empty: not known
 * @param reply of a host when it names a command, else our own; the default instance: none
 * @param requirement of the last attempt; the default instance: not known
 * @param host that was asked last; empty: none
 * @param token of the last attempt (docs/design/connectors.md, "Tokens and reasons"); empty: none
 * @param attemptMillis when the last attempt ended; 0: none
 */
record ReportedRecipient(
    int index,
    EnvelopeRecipient recipient,
    OutcomeKind kind,
    String by,
    String reason,
    RemoteReply reply,
    TlsRequirement requirement,
    String host,
    String token,
    long attemptMillis) {
  /** A host said it, not we ourselves. */
  boolean hostReplied() {
    return reply.getCode() > 0 && !reply.getCommand().isEmpty();
  }

  Meaning meaning() {
    return Meanings.of(reason, hostReplied() ? reply.getEnhancedCode() : "");
  }

  /**
   * The status (RFC 3463): class 2 when relayed, 5 when it is no use to send again, else 4, also
   * for a failure whose cause never was more than temporary (§3.1). A host's own code says more
   * than our table, but for a TLS requirement, which the host does not know.
   */
  EnhancedCode status(Action action) {
    int klass =
        switch (action) {
          case RELAYED -> 2;
          case DELAYED -> 4;
          case FAILED -> kind == OutcomeKind.EXPIRED_OUTCOME ? 4 : 5;
        };
    EnhancedCode code = code(action);
    return new EnhancedCode(klass, code.subject(), code.detail());
  }

  private EnhancedCode code(Action action) {
    if (kind == OutcomeKind.CANCELLED) {
      return EnhancedCode.parse("5.7.1"); // by an administrator's will
    }
    if (!meaning().tls() && reply.getCode() > 0) {
      try {
        return EnhancedCode.parse(reply.getEnhancedCode());
      } catch (IllegalArgumentException e) {
        // None, or none that is one: the table's.
      }
    }
    if (action == Action.RELAYED) {
      return EnhancedCode.parse("2.0.0");
    }
    if (reason.isEmpty() && kind == OutcomeKind.EXPIRED_OUTCOME) {
      return EnhancedCode.parse("4.4.7"); // delivery time expired
    }
    return EnhancedCode.parse("5." + meaning().code());
  }
}
