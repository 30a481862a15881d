package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.ScriptedPeer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** docs/guides/sender-rewriting.md: the decided reverse path is in MAIL FROM. */
class RelayReversePathTest {
  private static final String REWRITTEN = "SRS0=AAAAAA=JQ=xn--bl-zia.example=ann@srs.contoso.com";

  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer host =
      ScriptedPeer.named("host.fabrikam.com").capabilities("PIPELINING", "8BITMIME").start();

  @AfterEach
  void stop() {
    host.close();
    lab.close();
  }

  private String mailFrom(DeliveryRequested.Builder request) throws Exception {
    OutcomeRecorded outcome = lab.deliver(request);
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    List<String> commands = host.sessions().getLast().commands(); // a kept session's all
    return commands.stream().filter(line -> line.startsWith("MAIL")).toList().getLast();
  }

  @Test
  void aRewrittenSenderIsSentAndNeedsNoMoreOfTheHostThanItsOwnOctets() throws Exception {
    DeliveryRequested.Builder request =
        RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), host);
    assertThat(mailFrom(request)).startsWith("MAIL FROM:<bob@contoso.com>");
    request.setReversePath(REWRITTEN);
    assertThat(mailFrom(request)).startsWith("MAIL FROM:<" + REWRITTEN + ">");
    request.getEnvelopeBuilder().setReversePath("grå@blå.example").setSmtputf8(true);
    assertThat(mailFrom(request)).startsWith("MAIL FROM:<" + REWRITTEN + ">");
  }
}
