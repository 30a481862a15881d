package io.postern.delivery.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.relay.RelayLab;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host that takes its time over QUIT: nothing of ours waits for it. */
@Timeout(100)
class RelayQuitTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private static final Duration LONGER_THAN_THE_TEST = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void G5_theOutcomeDoesNotWaitForTheAnswerToQuitNorDoesTheSlot() throws Exception {
    try (RelayLab lab =
            new RelayLab(
                DestinationsLab.one(3, Duration.ofSeconds(5)),
                new Connections(
                    10, /* maxUses= */ 1, Duration.ofMinutes(1), LONGER_THAN_THE_TEST));
        ScriptedPeer peer =
            ScriptedPeer.named("mx.fabrikam.com").on(PeerStage.QUIT, PeerStep.hang()).start()) {
      for (int delivered = 1; delivered <= 3; delivered++) {
        OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, peer));
        assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
        int sessions = delivered;
        Awaitility.await()
            .atMost(LONG)
            .untilAsserted(
                () ->
                    assertThat(peer.sessions())
                        .hasSize(sessions)
                        .allSatisfy(s -> assertThat(s.commands()).last().isEqualTo("QUIT")));
      }
      letGo(peer);
    }
  }

  @Test
  void aHostThatTheGateRefusesDelaysNoOtherHostByItsQuit() throws Exception {
    try (RelayLab lab =
            new RelayLab(
                DestinationsLab.SETTINGS,
                new Connections(10, 100, Duration.ofMinutes(1), LONGER_THAN_THE_TEST));
        ScriptedPeer plain =
            ScriptedPeer.named("mx1.fabrikam.com").on(PeerStage.QUIT, PeerStep.hang()).start()) {
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.ENCRYPTION_ONLY), plain));
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("not-offered");
      letGo(plain);
    }
  }

  @Test
  void beyondTheBoundOfSilentHostsASessionJustEnds() throws Exception {
    try (RelayLab lab =
            new RelayLab(
                DestinationsLab.SETTINGS,
                new Connections(
                    10, /* maxUses= */ 1, Duration.ofMinutes(1), LONGER_THAN_THE_TEST, 1));
        ScriptedPeer silent =
            ScriptedPeer.named("mx1.fabrikam.com").on(PeerStage.QUIT, PeerStep.hang()).start();
        ScriptedPeer other = ScriptedPeer.named("mx2.fabrikam.com").start()) {
      lab.deliver(RelayLab.request(OPPORTUNISTIC, silent));
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, other));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      Awaitility.await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(other.sessions().getFirst().end()).isNotEmpty());
      assertThat(other.sessions().getFirst().commands()).doesNotContain("QUIT");
      letGo(silent);
    }
  }

  /** It has answered QUIT, which it may not have read yet. */
  private static void letGo(ScriptedPeer peer) {
    Awaitility.await()
        .atMost(LONG)
        .until(
            () -> {
              peer.release();
              return peer.sessions().stream().noneMatch(session -> session.end().isEmpty());
            });
  }
}
