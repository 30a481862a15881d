package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OrganizationFields;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.TlsLevel;
import io.postern.delivery.relay.RelayLab;
import io.postern.lab.ScriptedPeer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/reference/message-changes.md towards the next hop, by DATA and by BDAT. */
class SentContentTest {
  private static final String ORGANIZATION = "X-MS-Exchange-Organization-";
  private static final String CONTENT =
      ORGANIZATION
          + "AuthAs: Internal\r\n"
          + "Received: from a\r\n\tby b\r\n"
          + ORGANIZATION
          + "SCL:\r\n -1\r\n"
          + "Subject: hello\r\n"
          + "\r\n"
          + ORGANIZATION
          + "Body: stays\r\n.\r\n"
          + "x".repeat(200_000)
          + "\r\n";
  private static final String REMOVED =
      CONTENT
          .replace(ORGANIZATION + "AuthAs: Internal\r\n", "")
          .replace(ORGANIZATION + "SCL:\r\n -1\r\n", "");
  private static final String CROSS_PREMISES =
      CONTENT
          .replace(ORGANIZATION + "AuthAs", "X-MS-Exchange-CrossPremises-AuthAs")
          .replace(ORGANIZATION + "SCL", "X-MS-Exchange-CrossPremises-SCL");

  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer peer =
      ScriptedPeer.named("mx.fabrikam.com")
          .capabilities("PIPELINING", "SIZE 1000000", "8BITMIME", "CHUNKING", "BINARYMIME")
          .start();

  @AfterEach
  void stop() {
    peer.close();
    lab.close();
  }

  private void content(int seed) {
    byte[] octets = CONTENT.getBytes(StandardCharsets.US_ASCII);
    Random random = new Random(seed);
    List<byte[]> buffers = new ArrayList<>();
    for (int from = 0; from < octets.length; ) {
      int limit = from < 200 ? 30 : 20_000;
      int count = Math.min(octets.length - from, 1 + random.nextInt(limit));
      buffers.add(Arrays.copyOfRange(octets, from, from + count));
      from += count;
    }
    lab.contents(segments -> RelayLab.stream(buffers, null));
  }

  @ParameterizedTest(name = "{0} by {1}")
  @CsvSource({
    "ORGANIZATION_FIELDS_UNSPECIFIED, DATA",
    "ORGANIZATION_FIELDS_UNSPECIFIED, BDAT",
    "ORGANIZATION_FIELDS_REMOVED, DATA",
    "ORGANIZATION_FIELDS_REMOVED, BDAT",
    "ORGANIZATION_FIELDS_CROSS_PREMISES, DATA",
    "ORGANIZATION_FIELDS_CROSS_PREMISES, BDAT",
  })
  void theNextHopGetsTheFieldsAsTheDecisionSaysAndAllElseByteForByte(
      OrganizationFields way, String command) throws Exception {
    String expected =
        switch (way) {
          case ORGANIZATION_FIELDS_REMOVED -> REMOVED;
          case ORGANIZATION_FIELDS_CROSS_PREMISES -> CROSS_PREMISES;
          default -> CONTENT;
        };
    for (int seed = 0; seed < 5; seed++) {
      content(seed);
      DeliveryRequested.Builder request =
          RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer).setSize(expected.length());
      request.getNextHopBuilder().setOrganizationFields(way);
      request
          .getEnvelopeBuilder()
          .setBody(command.equals("BDAT") ? BodyType.BODY_BINARYMIME : BodyType.BODY_7BIT);
      assertThat(lab.deliver(request).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(peer.messages().getLast().content())
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo(expected);
      assertThat(peer.messages().getLast().mailParameters()).contains("SIZE=" + expected.length());
    }
  }

  /** Better no field of the organization than one where a newer version would not send it. */
  @Test
  void aWayThatThisVersionDoesNotKnowSendsNone() throws Exception {
    content(7);
    DeliveryRequested.Builder request =
        RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer).setSize(CONTENT.length());
    request.getNextHopBuilder().setOrganizationFieldsValue(9);
    assertThat(lab.deliver(request).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(peer.messages().getLast().content())
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo(REMOVED);
  }
}
