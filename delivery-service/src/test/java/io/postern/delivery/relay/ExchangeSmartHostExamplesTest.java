package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Microsoft's own words about smart hosts, a test each: New-OutboundConnector and
 * Set-OutboundConnector (office-docs-powershell, 2026-08-21), "Outbound Connector Smart Host
 * Behavior" and "On-Premises Delivery Failover" (EOP Field Notes, 2014-06-18 and 2014-06-27).
 */
class ExchangeSmartHostExamplesTest {
  private static final String SMART = "smart.fabrikam.com";

  private final ScriptedPeer a =
      ScriptedPeer.named("a.fabrikam.com").address(InetAddress.ofLiteral("127.0.0.1")).start();
  private final ScriptedPeer b =
      ScriptedPeer.named("b.fabrikam.com")
          .address(InetAddress.ofLiteral("127.0.0.2"))
          .port(a.port())
          .start();
  private final RelayLab lab = RelayLab.reachedAt(a.port());

  ExchangeSmartHostExamplesTest() {
    lab.drawn.set(true);
    lab.dns.a("a.fabrikam.com", "127.0.0.1").a("b.fabrikam.com", "127.0.0.2");
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
    lab.close();
  }

  private OutcomeRecorded deliver(String... smartHosts) throws Exception {
    NextHop.Builder hop = NextHop.newBuilder().setProtocol(HopProtocol.SMTP).setRoute("smart");
    for (String host : smartHosts) {
      hop.addSmartHosts(NextHopHost.newBuilder().setHost(host).setPort(a.port()));
    }
    return lab.deliver(
        RelayLab.request(
            RelayLab.level(TlsLevel.OPPORTUNISTIC), hop.build(), "ann@elsewhere.example"));
  }

  private static void fails(ScriptedPeer peer) {
    peer.on(PeerStage.BANNER, PeerStep.answer(421, "4.3.2", "closed for today"));
  }

  private static OutcomeKind kind(OutcomeRecorded outcome) {
    return outcome.getRecipients(0).getKind();
  }

  @Test
  void anAddressIsDialled_SetOutboundConnectorExample1() throws Exception {
    deliver("127.0.0.2");
    assertThat(b.messages()).hasSize(1);
    assertThat(lab.dns.queries()).isEmpty();
  }

  @Test
  void anMxRecordIsAWayToNameASmartHost_NewOutboundConnector() throws Exception {
    lab.dns.mx(SMART, 10, "b.fabrikam.com");
    OutcomeRecorded outcome = deliver(SMART);
    assertThat(b.messages()).hasSize(1);
    assertThat(outcome.getHost()).as("the trace names it").isEqualTo("b.fabrikam.com");
  }

  @Test
  void mxRecordsGoByTheirPriority_FieldNotes() throws Exception {
    lab.dns.mx(SMART, 20, "b.fabrikam.com").mx(SMART, 10, "a.fabrikam.com");
    deliver(SMART);
    assertThat(a.messages()).hasSize(1);
    lab.connections.close();
    fails(a);
    deliver(SMART);
    assertThat(b.messages()).as("b when a fails").hasSize(1);
  }

  @Test
  void theAddressOfANameWithMxRecordsIsNotUsed_FieldNotes() throws Exception {
    lab.dns.mx(SMART, 10, "a.fabrikam.com").a(SMART, "127.0.0.2");
    fails(a);
    assertThat(kind(deliver(SMART))).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(b.sessions()).isEmpty();
    a.asUsual();
    assertThat(kind(deliver(SMART))).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(a.messages()).hasSize(1);
  }

  @Test
  void aNameWithAnAddressAloneIsTheHost_FieldNotes() throws Exception {
    lab.dns.a(SMART, "127.0.0.2");
    assertThat(deliver(SMART).getHost()).isEqualTo(SMART);
    assertThat(b.messages()).hasSize(1);
  }

  @Test
  void severalSmartHostsHaveNoPrioritiesAndTheFirstIsDrawn_FieldNotes() throws Exception {
    for (int i = 0; i < 40; i++) {
      deliver("a.fabrikam.com", "b.fabrikam.com");
    }
    assertThat(a.messages()).hasSizeBetween(5, 35);
    assertThat(b.messages()).hasSizeBetween(5, 35);
  }

  @Test
  void theNextSmartHostIsTriedOnFailure_FieldNotes() throws Exception {
    fails(a);
    for (int i = 0; i < 10; i++) {
      assertThat(kind(deliver("a.fabrikam.com", "b.fabrikam.com")))
          .isEqualTo(OutcomeKind.DELIVERED);
    }
    assertThat(b.messages()).hasSize(10);
  }

  @Test
  void theMailWaitsWhereNoneAnswers_FieldNotes() throws Exception {
    fails(a);
    fails(b);
    assertThat(kind(deliver("a.fabrikam.com", "b.fabrikam.com"))).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(a.sessions()).hasSize(1);
    assertThat(b.sessions()).hasSize(1);
  }

  @Test
  void primaryAndBackupAreOneNameWithPriorities_FieldNotes() throws Exception {
    lab.dns.mx(SMART, 10, "a.fabrikam.com").mx(SMART, 20, "b.fabrikam.com");
    for (int i = 0; i < 10; i++) {
      deliver(SMART);
    }
    assertThat(a.messages()).hasSize(10);
    assertThat(b.sessions()).isEmpty();
  }
}
