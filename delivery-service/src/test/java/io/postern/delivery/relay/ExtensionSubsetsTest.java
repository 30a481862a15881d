package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each kind of message to a host with each subset of the extensions: it arrives byte for byte, with
 * no parameter that the host did not announce, or fails with the reason and nothing is sent.
 */
class ExtensionSubsetsTest {
  private static final List<String> EXTENSIONS =
      List.of("PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME", "SMTPUTF8", "DSN", "SIZE 9999");

  private enum Kind {
    SEVEN_BIT(BodyType.BODY_7BIT, false, "ann@fabrikam.com", "A: b\r\n\r\n.x\r\n..\r\n"),
    EIGHT_BIT(BodyType.BODY_8BITMIME, false, "ann@fabrikam.com", "A: b\r\n\r\n.grün\r\n"),
    BINARY(BodyType.BODY_BINARYMIME, false, "ann@fabrikam.com", "A: b\r\n\r\n\0\n.\r\r\n.\r\nx"),
    UTF8_UNNEEDED(BodyType.BODY_8BITMIME, true, "ann@fabrikam.com", "A: b\r\n\r\ngrün\r\n"),
    UTF8_DOMAIN(BodyType.BODY_8BITMIME, true, "ann@blå.example", "A: b\r\n\r\ngrün\r\n"),
    UTF8_ADDRESS(BodyType.BODY_8BITMIME, true, "grå@fabrikam.com", "A: b\r\n\r\nx\r\n"),
    UTF8_HEADER(BodyType.BODY_8BITMIME, true, "ann@fabrikam.com", "A: grün\r\n\r\nx\r\n");

    private final BodyType body;
    private final boolean smtpUtf8;
    private final String recipient;
    private final String content;

    Kind(BodyType body, boolean smtpUtf8, String recipient, String content) {
      this.body = body;
      this.smtpUtf8 = smtpUtf8;
      this.recipient = recipient;
      this.content = content;
    }

    /** Empty: it can take the message. */
    private String missing(List<String> host) {
      if (body == BodyType.BODY_BINARYMIME
          && !host.containsAll(List.of("CHUNKING", "BINARYMIME"))) {
        return "no-binarymime 5.6.3";
      }
      boolean eightBit = content.chars().anyMatch(c -> c >= 0x80);
      if (eightBit && !host.contains("8BITMIME")) {
        return "no-8bitmime 5.6.3";
      }
      if (this == UTF8_ADDRESS && !host.contains("SMTPUTF8")) {
        return "no-smtputf8 5.6.7";
      }
      return this == UTF8_HEADER && !host.contains("SMTPUTF8") ? "no-smtputf8 5.6.9" : "";
    }
  }

  private final RelayLab lab = new RelayLab();

  @AfterEach
  void stop() {
    lab.close();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void eachSubset(Kind kind) throws Exception {
    byte[] content = kind.content.getBytes(StandardCharsets.UTF_8);
    lab.contents(segments -> RelayLab.stream(List.of(content), null));
    int delivered = 0;
    for (int subset = 0; subset < 1 << EXTENSIONS.size(); subset++) {
      List<String> host = new ArrayList<>();
      for (int i = 0; i < EXTENSIONS.size(); i++) {
        if ((subset >> i & 1) == 1) {
          host.add(EXTENSIONS.get(i));
        }
      }
      try (ScriptedPeer peer =
          ScriptedPeer.named("mx.fabrikam.com").capabilities(host.toArray(String[]::new)).start()) {
        RecipientOutcome outcome = lab.deliver(request(kind, peer, content)).getRecipients(0);
        String missing = kind.missing(host);
        if (missing.isEmpty()) {
          assertThat(outcome.getKind()).as("%s", host).isEqualTo(OutcomeKind.DELIVERED);
          PeerMessage message = peer.messages().getFirst();
          assertThat(message.content()).as("%s", host).isEqualTo(content);
          announced(message, host);
          delivered++;
        } else {
          assertThat(outcome.getKind()).as("%s", host).isEqualTo(OutcomeKind.FAILED);
          assertThat(outcome.getReason() + " " + outcome.getReply().getEnhancedCode())
              .as("%s", host)
              .isEqualTo(missing);
          assertThat(peer.envelopeSeen()).as("%s", host).isFalse();
        }
      }
    }
    assertThat(delivered).isPositive();
  }

  private static DeliveryRequested.Builder request(Kind kind, ScriptedPeer peer, byte[] content) {
    DeliveryRequested.Builder request =
        RelayLab.recipients(
                RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer), kind.recipient)
            .setSize(content.length);
    request
        .getEnvelopeBuilder()
        .setBody(kind.body)
        .setSmtputf8(kind.smtpUtf8)
        .setRet("HDRS")
        .setEnvelopeId("1");
    return request;
  }

  private static void announced(PeerMessage message, List<String> host) {
    for (String parameter : message.mailParameters().split(" ")) {
      String extension =
          switch (parameter.split("=", 2)[0]) {
            case "" -> "";
            case "SIZE" -> "SIZE 9999";
            case "BODY" -> parameter.substring("BODY=".length());
            case "RET", "ENVID" -> "DSN";
            default -> parameter;
          };
      assertThat(extension.isEmpty() || host.contains(extension))
          .as("%s of a host with %s", parameter, host)
          .isTrue();
    }
    boolean utf8 = message.mailParameters().contains("SMTPUTF8");
    assertThat(utf8 || message.recipients().getFirst().chars().allMatch(c -> c < 0x80)).isTrue();
  }
}
