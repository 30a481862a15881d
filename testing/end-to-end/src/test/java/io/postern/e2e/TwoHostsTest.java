package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.Issue;
import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Reply;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Two smart hosts share one message, the one in plaintext and the other over TLS: whichever is
 * asked first, each puts the other's recipients off (docs/decisions/0094).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoHostsTest {
  private static final Reply LATER = Reply.of(451, "4.2.1", "not here now");

  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer plain;
  private ScriptedPeer tls;
  private List<String> ofPlain;
  private List<String> ofTls;

  @BeforeAll
  void connectors() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("twohosts");
    String partner = organization.id() + "-partner.example";
    ofPlain = Stream.of("a", "b", "c").map(user -> user + "@" + partner).toList();
    ofTls = Stream.of("d", "e").map(user -> user + "@" + partner).toList();
    plain = organization.peer(ScriptedPeer.named("plain." + partner).offerStartTls(false));
    tls =
        organization.peer(
            ScriptedPeer.named("tls." + partner)
                .identity(stack.ca().issue(Issue.to("tls." + partner))));
    ofPlain.forEach(address -> tls.recipient(address, LATER));
    ofTls.forEach(address -> plain.recipient(address, LATER));
    organization
        .outbound(
            "name: Partners, connectorType: partner, recipientDomains: [%s], smartHosts: [\"%s:%d\", \"%s:%d\"]"
                .formatted(partner, plain.hostName(), plain.port(), tls.hostName(), tls.port()))
        .apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  @Test
  void fiveRecipientsOfTwoHostsEndEachWithTheTlsOfItsOwn() throws Exception {
    QueueId queueId =
        organization.relayed(
            Stream.concat(ofPlain.stream(), ofTls.stream()).toList(), Messages.small("five"));
    for (String address : ofPlain) {
      assertThat(organization.outcome(queueId, address))
          .isEqualTo("delivered opportunistic:none(not-offered)");
    }
    for (String address : ofTls) {
      assertThat(organization.outcome(queueId, address))
          .isEqualTo("delivered opportunistic:encryption-only");
    }
    assertThat(plain.messages()).extracting(PeerMessage::recipients).containsExactly(ofPlain);
    assertThat(tls.messages()).extracting(PeerMessage::recipients).containsExactly(ofTls);
  }
}
