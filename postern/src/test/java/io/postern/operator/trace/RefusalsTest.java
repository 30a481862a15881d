package io.postern.operator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Refusals that were found by their reference, as text and as JSON. */
final class RefusalsTest {
  private static final MessageRefused FIRST =
      MessageRefused.newBuilder()
          .setReference("0Z7K-31QF")
          .setCount(1)
          .setAtMillis(1_000)
          .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.1").setProtocol("ESMTP"))
          .setCommand("RCPT")
          .setReversePath("a@sender.example")
          .setRecipient("b@nowhere.example")
          .setCode(550)
          .setEnhancedCode("5.7.64")
          .setText("Relay Access Denied ATTR36")
          .setRule("tenantAttribution")
          .setExplanation(
              Explanation.newBuilder()
                  .setSummary("no organization here accepts mail for it")
                  .addSteps(ExplanationStep.newBuilder().setSubject("nowhere.example")))
          .build();

  private static final MessageRefused FURTHER =
      MessageRefused.newBuilder()
          .setReference("0Z7K-31QF")
          .setCount(499)
          .setFromMillis(1_000)
          .setUntilMillis(61_000)
          .setCode(550)
          .setEnhancedCode("5.7.64")
          .setText("Relay Access Denied ATTR36")
          .build();

  @Test
  void aReferenceShowsTheFirstWithItsExplanationAndHowOftenItCameAgain() {
    assertThat(new TracePrinter(true).lines(List.of(FIRST, FURTHER)))
        .containsExactly(
            "refused    RCPT at 1970-01-01T00:00:01Z, from 192.0.2.1 over ESMTP (plaintext)",
            "envelope   from <a@sender.example> to <b@nowhere.example>",
            "reply      550 5.7.64 Relay Access Denied ATTR36",
            "rule       tenantAttribution",
            "           because no organization here accepts mail for it",
            "             - nowhere.example: ",
            "repeated   499 times from 1970-01-01T00:00:01Z to 1970-01-01T00:01:01Z: 550 5.7.64"
                + " Relay Access Denied ATTR36");
    assertThat(new TracePrinter(true).lines(List.of())).hasSize(1);
  }

  @Test
  void aProgramReadsTheSame() {
    JsonNode found = new ObjectMapper().valueToTree(RefusalJson.of(List.of(FIRST, FURTHER), true));
    assertThat(found.path("cut").asBoolean()).isFalse();
    JsonNode first = found.at("/refusals/0");
    assertThat(first.path("reference").asText()).isEqualTo("0Z7K-31QF");
    assertThat(first.path("at").asText()).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(first.path("code").asInt()).isEqualTo(550);
    assertThat(first.path("enhancedCode").asText()).isEqualTo("5.7.64");
    assertThat(first.path("rule").asText()).isEqualTo("tenantAttribution");
    assertThat(first.at("/session/clientIp").asText()).isEqualTo("192.0.2.1");
    assertThat(first.at("/why/because").asText())
        .isEqualTo("no organization here accepts mail for " + "it");
    assertThat(first.at("/why/steps/0/subject").asText()).isEqualTo("nowhere.example");
    assertThat(first.hasNonNull("count")).isFalse();
    JsonNode again = found.at("/refusals/1");
    assertThat(again.path("count").asLong()).isEqualTo(499);
    assertThat(again.path("until").asText()).isEqualTo("1970-01-01T00:01:01Z");
    assertThat(again.hasNonNull("at")).isFalse();
    assertThat(again.hasNonNull("session")).isFalse();
  }
}
