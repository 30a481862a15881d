package io.postern.ingress.rcpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.rules.inbound.InboundDecision;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RefusalTest {
  private static final String REFERENCE = "0Z7K-31QF";

  @Test
  void the_reference_stands_behind_the_text_and_the_text_stays_as_it_is() {
    assertThat(Refusal.of(550, "5.7.64", "Relay Access Denied ATTR36", "x").reply(REFERENCE))
        .hasToString("550 5.7.64 Relay Access Denied ATTR36 (reference 0Z7K-31QF)");
  }

  /** RFC 5321 §4.5.3.1.5. */
  @Test
  void a_reply_line_has_512_octets_at_most_and_keeps_its_reference() {
    byte[] line = Refusal.of(550, "5.7.123", "x".repeat(2_000), "x").reply(REFERENCE).toBytes();
    assertThat(line.length).isBetween(500, 512);
    assertThat(new String(line, StandardCharsets.US_ASCII)).endsWith(" (reference 0Z7K-31QF)\r\n");
  }

  @Test
  void fields_that_a_client_can_make_long_are_cut_in_the_record() {
    Explanation.Builder explanation = Explanation.newBuilder().setSummary("why");
    for (int i = 0; i < 1_000; i++) {
      explanation.addSteps(ExplanationStep.newBuilder().setDetail("d".repeat(100)));
    }
    Refusal refusal =
        Refusal.of(
            new InboundDecision.Refuse(
                550, "5.7.1", "t".repeat(5_000), "rule", "o", "c", "", explanation.build()));
    TlsFacts.Builder tls = TlsFacts.newBuilder().setServerName("s".repeat(60_000));
    for (int i = 0; i < 1_000; i++) {
      tls.addPeerNames("n" + i + ".example");
    }
    var record =
        refusal.record(
            SessionFacts.newBuilder().setTlsFacts(tls).build(),
            "RCPT",
            "p".repeat(5_000),
            "r".repeat(5_000));
    assertThat(record.getSerializedSize()).isLessThan(4_000);
    assertThat(record.getExplanation().getSummary()).isEqualTo("why");
  }
}
