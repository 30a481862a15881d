package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.lab.ScriptedPeer;

/** What came of a message to one recipient, beside the transcript of the peer. */
final class OutcomeChecks {
  private OutcomeChecks() {}

  static void delivered(OutcomeRecorded outcome, String token, ScriptedPeer peer) {
    assertThat(outcome.getRecipients(0).getKind())
        .as(outcome.getRecipients(0).getDetail())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getToken()).isEqualTo(token);
    assertThat(peer.messages()).hasSize(1);
  }

  /** Deferred, and the peer has seen nothing of the envelope. */
  static void refused(OutcomeRecorded outcome, String reason, ScriptedPeer peer) {
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReason())
        .as(outcome.getRecipients(0).getDetail())
        .isEqualTo(reason);
    assertThat(peer.sessions())
        .allSatisfy(
            session ->
                assertThat(session.commands())
                    .noneMatch(line -> line.startsWith("MAIL") || line.startsWith("RCPT")));
  }
}
