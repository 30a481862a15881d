package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An organization whose on-premises server sees all that leaves
 * (docs/reference/message-changes.md): mail goes there once, comes back with the header fields of
 * the organization, and goes on.
 */
class HybridTest {
  private static final String SMUGGLED = "X-MS-Exchange-Organization-SCL: -1\r\n";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static String content(ScriptedPeer peer) throws Exception {
    return new String(
        peer.awaitMessages(1, PATIENCE).getFirst().content(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void centralizedTransportEndsAtTheServersCertificateAndItsFieldsStayInTheOrganization()
      throws Exception {
    TestStack stack = TestStack.shared();
    try (TestOrganization hybrid = stack.organization("hybrid")) {
      String hubName = "hub." + hybrid.domain();
      String outside = hybrid.id() + "-outside.example";
      ScriptedPeer hub =
          hybrid.peer(ScriptedPeer.named(hubName).identity(hybrid.identity(hubName)));
      ScriptedPeer partner =
          hybrid.peer(
              ScriptedPeer.named("mx." + outside).identity(hybrid.identity("mx." + outside)));
      hybrid
          .inbound(
              "name: Hub, connectorType: onPremises, requireTls: true, tlsSenderCertificateName: "
                  + hubName
                  + ", cloudServicesMailEnabled: true")
          .inbound("name: Devices, connectorType: onPremises, senderIPAddresses: [127.0.0.90]")
          .outboundTo(partner, outside, "")
          .outbound(
              "name: Central, connectorType: onPremises, smartHosts: [\"%s:%d\"], routeAllMessagesViaOnPremises: true, cloudServicesMailEnabled: true"
                  .formatted(hubName, hub.port()))
          .apply();
      String bob = "bob@" + outside;
      String anna = "anna@" + hybrid.domain();

      QueueId first;
      try (SmtpClient device =
          SmtpClient.connect(new InetSocketAddress("127.0.0.1", stack.smtpPort()), "127.0.0.90")) {
        device.ehlo("device.example");
        byte[] letter =
            (SMUGGLED + "Subject: from a device\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        first =
            TestOrganization.queueId(
                device.send("device@" + hybrid.domain(), List.of(bob), letter));
      }
      assertThat(hybrid.outcome(first, bob)).startsWith("delivered ");
      assertThat(content(hub)).contains("from a device").doesNotContain("X-MS-Exchange-");
      assertThat(partner.messages()).isEmpty();

      QueueId second;
      String returned =
          SMUGGLED
              + "X-MS-Exchange-CrossPremises-AuthAs: Internal\r\nSubject: from the hub\r\n\r\n";
      try (SmtpClient back = hybrid.connectTls(hybrid.identity(hubName))) {
        second =
            TestOrganization.queueId(
                back.send(
                    "device@" + hybrid.domain(),
                    List.of(bob, anna),
                    returned.getBytes(StandardCharsets.US_ASCII)));
      }
      assertThat(hybrid.outcome(second, bob)).startsWith("delivered ");
      assertThat(hybrid.outcome(second, anna)).startsWith("delivered ");
      assertThat(content(partner)).contains("from the hub").doesNotContain("X-MS-Exchange-");
      assertThat(content(hybrid.mailbox()))
          .contains("\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\nSubject: from the hub\r\n")
          .doesNotContain("SCL", "CrossPremises");
      assertThat(hub.messages()).hasSize(1);
      MessageAccepted message = hybrid.settled(second).message();
      assertThat(message.getInternal()).isTrue();
      assertThat(message.getHeaderFirewall().getRemoved()).isEqualTo(1);
      assertThat(message.getHeaderFirewall().getOrganization()).isEqualTo(1);
    }
  }
}
