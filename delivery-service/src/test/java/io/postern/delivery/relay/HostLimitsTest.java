package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9422: a host's limits are kept to, and cost no recipient the message. */
class HostLimitsTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private static final String[] FIVE = {"a@x.com", "b@y.com", "c@X.com", "d@z.com", "e@y.com"};

  private final RelayLab lab = new RelayLab();

  @AfterEach
  void stop() {
    lab.close();
  }

  private static ScriptedPeer limited(String limits) {
    return ScriptedPeer.named("mx.fabrikam.com")
        .capabilities("PIPELINING", "8BITMIME", "LIMITS " + limits)
        .start();
  }

  private OutcomeRecorded deliver(ScriptedPeer... peers) throws Exception {
    return lab.deliver(RelayLab.recipients(RelayLab.request(OPPORTUNISTIC, peers), FIVE));
  }

  private static void allDelivered(OutcomeRecorded outcome) {
    assertThat(outcome.getRecipientsList())
        .hasSize(5)
        .allMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
  }

  @Test
  void rcptmaxIsTheMostRecipientsOfATransaction() throws Exception {
    try (ScriptedPeer peer = limited("RCPTMAX=2")) {
      allDelivered(deliver(peer));
      assertThat(peer.messages())
          .extracting(PeerMessage::recipients)
          .containsExactly(
              List.of("a@x.com", "b@y.com"), List.of("c@X.com", "d@z.com"), List.of("e@y.com"));
      assertThat(peer.sessions()).hasSize(1);
    }
  }

  @Test
  void rcptdomainmaxIsTheMostDomainsOfATransaction() throws Exception {
    try (ScriptedPeer peer = limited("RCPTDOMAINMAX=2")) {
      allDelivered(deliver(peer));
      assertThat(peer.messages())
          .extracting(PeerMessage::recipients)
          .containsExactly(List.of("a@x.com", "b@y.com", "c@X.com", "e@y.com"), List.of("d@z.com"));
    }
  }

  @Test
  void mailmaxIsTheMostTransactionsOfASession() throws Exception {
    try (ScriptedPeer peer = limited("MAILMAX=2 RCPTMAX=1")) {
      allDelivered(deliver(peer));
      assertThat(peer.sessions())
          .extracting(s -> s.commands().stream().filter(c -> c.startsWith("MAIL")).count())
          .containsExactly(2L, 2L, 1L);
      // The third session has one transaction left, and ends with it.
      lab.deliver(RelayLab.request(OPPORTUNISTIC, peer));
      assertThat(peer.sessions()).hasSize(3);
      lab.deliver(RelayLab.request(OPPORTUNISTIC, peer));
      assertThat(peer.sessions()).hasSize(4);
    }
  }

  @Test
  void aHostThatIsGoneAtItsNextSessionLeavesTheRestToTheNextHost() throws Exception {
    try (ScriptedPeer peer = limited("MAILMAX=1 RCPTMAX=3");
        ScriptedPeer second = limited("RCPTMAX=9")) {
      peer.next(PeerStage.BANNER, PeerStep.goOn(), PeerStep.drop());
      allDelivered(deliver(peer, second));
      assertThat(peer.messages()).hasSize(1);
      assertThat(second.messages().getFirst().recipients()).containsExactly("d@z.com", "e@y.com");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RCPTMAX=0 MAILMAX=0", "RCPTMAX=-1 RCPTDOMAINMAX=x", "RCPTMAX=999999"})
  void limitsThatAreNoneOrLargerThanOursChangeNothing(String limits) throws Exception {
    try (ScriptedPeer peer = limited(limits)) {
      allDelivered(deliver(peer));
      assertThat(peer.messages()).hasSize(1);
    }
  }
}
