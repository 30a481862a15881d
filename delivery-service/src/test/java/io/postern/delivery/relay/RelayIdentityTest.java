package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.ScriptedPeer;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As whom we appear to a host: EHLO name and source address, by connector. */
class RelayIdentityTest {
  private final RelayLab lab = new RelayLab();

  @AfterEach
  void stop() {
    lab.close();
  }

  private static DeliveryRequested.Builder request(
      ScriptedPeer peer, String ehloName, String... sources) {
    DeliveryRequested.Builder request =
        RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer);
    request.getNextHopBuilder().setEhloName(ehloName).addAllSourceAddresses(List.of(sources));
    return request;
  }

  @Test
  void eachConnectorHasItsNameAndAddressAndNoSessionOfAnother() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").start()) {
      lab.deliver(request(peer, "out.contoso.com", "127.0.0.2"));
      lab.deliver(request(peer, "out.contoso.com", "127.0.0.3"));
      lab.deliver(request(peer, "other.contoso.com", "127.0.0.2"));
      lab.deliver(request(peer, ""));
      lab.deliver(request(peer, "out.contoso.com", "127.0.0.2"));

      assertThat(peer.messages()).hasSize(5);
      assertThat(peer.sessions().stream().map(s -> s.hello() + " " + s.client()))
          .containsExactly(
              "out.contoso.com 127.0.0.2",
              "out.contoso.com 127.0.0.3",
              "other.contoso.com 127.0.0.2",
              "relay.postern.example 127.0.0.1");
    }
  }

  /** Never from another address: the partner admits this one alone, or its reputation is meant. */
  @ParameterizedTest
  @CsvSource({"192.0.2.77", "::1"})
  void withoutTheAddressTheMailWaitsAndTheReasonNamesIt(String source) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").start()) {
      OutcomeRecorded outcome = lab.deliver(request(peer, "", source));

      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("source-address-unavailable");
      assertThat(outcome.getRecipients(0).getDetail())
          .contains(InetAddress.ofLiteral(source).getHostAddress());
      assertThat(peer.sessions()).isEmpty();
    }
  }

  /** Temporary: the DNS may be wrong for a moment, and an operator may approve it. */
  @ParameterizedTest
  @CsvSource({"127.0.0.1, 0", "127.0.0.1, 587", "inside.example, 25", "inside.example, 2525"})
  void aNextHopInsideThatNoOperatorApprovedIsNotDialledAndTheMailIsDeferred(String host, int port)
      throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").start();
        RelayLab outside = RelayLab.publicOnly(peer.port())) {
      outside.dns.a("inside.example", "127.0.0.1");
      DeliveryRequested.Builder request = request(peer, "");
      request
          .getNextHopBuilder()
          .getSmartHostsBuilder(0)
          .setHost(host)
          .setPort(port == 2525 ? peer.port() : port)
          .setUnapproved(true);
      OutcomeRecorded outcome = outside.deliver(request);
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("next-hop-not-approved");
      assertThat(outcome.getRecipients(0).getDetail())
          .contains(host, "an operator must approve it")
          .satisfies(d -> assertThat(d.replace(host, "")).doesNotContain("127.0"));
      assertThat(outcome.getAddress()).isEmpty();
      assertThat(peer.sessions()).isEmpty();
      // The very same next hop with the approval.
      request.getNextHopBuilder().getSmartHostsBuilder(0).setPort(peer.port()).clearUnapproved();
      assertThat(outside.deliver(request).getRecipients(0).getKind())
          .isEqualTo(OutcomeKind.DELIVERED);
    }
  }

  @Test
  void aNextHopWithAFieldOfANewerVersionIsNotDialled() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mail.fabrikam.com").start()) {
      DeliveryRequested.Builder request = request(peer, "");
      NextHop newer =
          request.getNextHop().toBuilder()
              .setUnknownFields(
                  UnknownFieldSet.newBuilder()
                      .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                      .build())
              .build();
      OutcomeRecorded outcome = lab.deliver(request.setNextHop(newer));
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("undecidable");
      assertThat(peer.sessions()).isEmpty();
    }
  }
}
