package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.Issue;
import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Reply;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Two mail hosts share one message (docs/decisions/0094): the preferred one takes three recipients
 * in plaintext and puts two off, the next one takes these over TLS in the same attempt.
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
    plain = mailHost("plain." + partner, "127.0.0.5").offerStartTls(false).start();
    tls =
        mailHost("tls." + partner, "127.0.0.6")
            .identity(stack.ca().issue(Issue.to("tls." + partner)))
            .start();
    stack.dns().mx(partner, 10, plain.hostName()).mx(partner, 20, tls.hostName());
    ofPlain.forEach(address -> tls.recipient(address, LATER));
    ofTls.forEach(address -> plain.recipient(address, LATER));
    organization.apply();
  }

  private ScriptedPeer.Builder mailHost(String name, String address) {
    stack.dns().a(name, address);
    return ScriptedPeer.named(name).address(InetAddress.ofLiteral(address)).port(stack.mxPort());
  }

  @AfterAll
  void close() {
    organization.close();
    plain.close();
    tls.close();
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
