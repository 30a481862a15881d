package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakeChannelTest {
  private static final RecipientGroup PARTNER =
      RecipientGroup.newBuilder().setOrganization("contoso").setConnector("Fabrikam").build();
  private static final RecipientGroup ANONYMOUS =
      RecipientGroup.newBuilder().setOrganization("contoso").build();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WaitingEmitter emitter = new WaitingEmitter();
  private final HandshakeChannel channel = new HandshakeChannel(emitter, registry);

  @Test
  void aPartnersHandshakeIsToldOnceADayAndAnotherKindOfItAgain() throws Exception {
    channel.accepted(session("Mail.Fabrikam.example", false), List.of(PARTNER, ANONYMOUS));
    channel.accepted(session("mail.fabrikam.example", false), List.of(PARTNER));
    assertThat(emitter.values).hasSize(1);
    HandshakeSeen seen = HandshakeSeen.parseFrom(emitter.values.getFirst());
    assertThat(seen.getPeer()).isEqualTo("mail.fabrikam.example");
    assertThat(seen.getOrganization()).isEqualTo("contoso");
    assertThat(seen.getConnector()).isEqualTo("Fabrikam");
    assertThat(seen.getVersion()).isEqualTo(TlsVersion.TLS_1_2);
    assertThat(seen.getVerifiesRsa()).isTrue();
    assertThat(seen.getLastSeenMillis()).isPositive();

    SessionFacts.Builder other = session("mail.fabrikam.example", false).toBuilder();
    other.getTlsFactsBuilder().setPeerVerifiesEcdsa(true);
    channel.accepted(other.build(), List.of(PARTNER));
    assertThat(emitter.values).hasSize(2);
  }

  @Test
  void strangersPlaintextAndResumedSessionsAreNotTold() {
    channel.accepted(session("mail.stranger.example", false), List.of(ANONYMOUS));
    channel.accepted(session("mail.fabrikam.example", true), List.of(PARTNER));
    channel.accepted(SessionFacts.newBuilder().setGreeting("plain").build(), List.of(PARTNER));
    assertThat(emitter.values).isEmpty();
  }

  @Test
  void G6_names_that_a_peer_makes_up_are_bounded() {
    for (int i = 0; i < HandshakeChannel.MOST_A_DAY + 10; i++) {
      channel.accepted(session("host" + i + ".example", false), List.of(PARTNER));
    }
    assertThat(emitter.values).hasSize(HandshakeChannel.MOST_A_DAY);
    assertThat(
            registry
                .get("postern.ingress.handshake.records")
                .tag("result", "dropped")
                .counter()
                .count())
        .isEqualTo(10);
  }

  private static SessionFacts session(String greeting, boolean resumed) {
    return SessionFacts.newBuilder()
        .setGreeting(greeting)
        .setTlsFacts(
            TlsFacts.newBuilder()
                .setVersion(TlsVersion.TLS_1_2)
                .setResumed(resumed)
                .setPeerVerifiesRsa(true))
        .build();
  }
}
