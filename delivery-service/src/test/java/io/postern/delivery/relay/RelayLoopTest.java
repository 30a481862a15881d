package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mail hosts that are ourselves under another name: at 127.0.0.2 and ::1. */
class RelayLoopTest {
  private final ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").start();
  private final RelayLab lab =
      RelayLab.reachedAt(
          peer.port(),
          ours("127.0.0.2", peer.port()),
          ours("::1", peer.port()),
          ours("127.0.0.1", peer.port() + 1));

  RelayLoopTest() {
    lab.dns
        .a("mx.fabrikam.com", "127.0.0.1")
        .a("alias.fabrikam.com", "127.0.0.2")
        .a("both.fabrikam.com", "127.0.0.1")
        .aaaa("both.fabrikam.com", "::1");
  }

  private static InetSocketAddress ours(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @AfterEach
  void stop() {
    peer.close();
    lab.close();
  }

  private OutcomeRecorded deliverByMx() throws Exception {
    return deliver(NextHop.newBuilder().setMxDomain("fabrikam.com"));
  }

  private OutcomeRecorded deliver(NextHop.Builder hop) throws Exception {
    return lab.deliver(
        RelayLab.request(
            RelayLab.level(TlsLevel.OPPORTUNISTIC),
            hop.setProtocol(HopProtocol.SMTP).build(),
            "ann@fabrikam.com"));
  }

  private static NextHopHost host(String name, int port) {
    return NextHopHost.newBuilder().setHost(name).setPort(port).build();
  }

  /** Of equal hosts the order is drawn: each draw must find ourselves. */
  @ParameterizedTest
  @CsvSource({
    "alias.fabrikam.com, 10, 20",
    "both.fabrikam.com, 10, 20",
    "alias.fabrikam.com, 10, 10",
    "both.fabrikam.com, 10, 10"
  })
  void rfc5321_5_1_hostsAsGoodAsOurselvesOrWorseGetNothing(String ours, int preference, int other)
      throws Exception {
    lab.dns.mx("fabrikam.com", preference, ours).mx("fabrikam.com", other, "mx.fabrikam.com");
    for (int draw = 0; draw < 10; draw++) {
      RecipientOutcome outcome = deliverByMx().getRecipients(0);
      assertThat(outcome.getKind()).isEqualTo(OutcomeKind.FAILED);
      assertThat(outcome.getReason()).isEqualTo("loop");
      assertThat(outcome.getReply().getEnhancedCode()).isEqualTo("5.4.6");
      assertThat(outcome.getDetail()).contains(ours, "own-addresses");
    }
    assertThat(peer.sessions()).isEmpty();
  }

  @Test
  void aBetterHostGetsTheMailAndWhereItCannotTheMailWaits() throws Exception {
    lab.dns
        .mx("fabrikam.com", 5, "mx.fabrikam.com")
        .mx("fabrikam.com", 10, "alias.fabrikam.com")
        .mx("fabrikam.com", 20, "mx.fabrikam.com");
    assertThat(deliverByMx().getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    lab.connections.close();
    peer.on(PeerStage.BANNER, PeerStep.answer(421, "4.3.2", "closed for today"));
    RecipientOutcome outcome = deliverByMx().getRecipients(0);
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getReason()).isEqualTo("remote-4xx");
    assertThat(peer.sessions()).as("none for the worse one").hasSize(2);
  }

  /** Else a name could show one address to the check, and another to whoever dials. */
  @Test
  void theAddressesThatWereJudgedAreThoseThatAreDialled() throws Exception {
    lab.dns
        .ttl(0)
        .mx("fabrikam.com", 10, "brief.fabrikam.com")
        .a("brief.fabrikam.com", "127.0.0.1");
    assertThat(deliverByMx().getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.dns.queries()).containsOnlyOnce("A brief.fabrikam.com");
  }

  /** Another server may stand at our address: 127.0.0.1 is ours at the next port. */
  @Test
  void thePortCounts() throws Exception {
    lab.dns.mx("fabrikam.com", 10, "mx.fabrikam.com");
    assertThat(deliverByMx().getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
  }

  @Test
  void aSmartHostThatIsOurselvesIsPassedOverAndAloneItKeepsTheMail() throws Exception {
    NextHopHost ours = host("127.0.0.1", peer.port() + 1);
    RecipientOutcome alone = deliver(NextHop.newBuilder().addSmartHosts(ours)).getRecipients(0);
    assertThat(alone.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(alone.getReason()).isEqualTo("loop");

    NextHop.Builder both =
        NextHop.newBuilder().addSmartHosts(ours).addSmartHosts(host("127.0.0.1", peer.port()));
    assertThat(deliver(both).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
  }
}
