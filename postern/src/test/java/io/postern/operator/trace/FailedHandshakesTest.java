package io.postern.operator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import org.junit.jupiter.api.Test;

class FailedHandshakesTest {
  private static MessageRefused.Builder failed(String client, HandshakeFailure why, long at) {
    return MessageRefused.newBuilder()
        .setRule("handshake")
        .setReference("0Z7K-31QF")
        .setHandshakeFailure(why)
        .setCount(1)
        .setAtMillis(at)
        .setSession(SessionFacts.newBuilder().setClientIp(client).setGreeting("old.example"));
  }

  private static MessageRefused again(String client, HandshakeFailure why, long count) {
    return failed(client, why, 0)
        .setCount(count)
        .setFromMillis(2_000)
        .setUntilMillis(61_000)
        .setSession(SessionFacts.newBuilder().setClientIp(client))
        .build();
  }

  private static FailedHandshakes some(FailedHandshakes into) {
    into.add(failed("192.0.2.1", HandshakeFailure.HANDSHAKE_UNKNOWN_CA, 1_000).build());
    into.add(again("192.0.2.1", HandshakeFailure.HANDSHAKE_UNKNOWN_CA, 40));
    into.add(
        failed("192.0.2.2", HandshakeFailure.HANDSHAKE_UNKNOWN_CA, 5_000)
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.2"))
            .build());
    into.add(failed("192.0.2.1", HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION, 70_000).build());
    into.add(failed("192.0.2.1", HandshakeFailure.HANDSHAKE_CLOSED, 1).setRule("timeout").build());
    return into;
  }

  @Test
  void clientsAreListedByCauseWithTheAdvice() {
    assertThat(some(new FailedHandshakes(null)).result().lines())
        .containsExactly(
            "unknown-ca: 2 clients, 42 handshakes",
            "  " + HandshakeAdvice.of(HandshakeFailure.HANDSHAKE_UNKNOWN_CA),
            "      41  192.0.2.1  old.example  from 1970-01-01T00:00:01Z to 1970-01-01T00:01:01Z "
                + " 0Z7K-31QF",
            "       1  192.0.2.2  -  from 1970-01-01T00:00:05Z to 1970-01-01T00:00:05Z "
                + " 0Z7K-31QF",
            "no-shared-version: 1 clients, 1 handshakes",
            "  " + HandshakeAdvice.of(HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION),
            "       1  192.0.2.1  old.example  from 1970-01-01T00:01:10Z to 1970-01-01T00:01:10Z "
                + " 0Z7K-31QF");
    assertThat(some(new FailedHandshakes("192.0.2.2")).result().clients()).hasSize(1);
    assertThat(new FailedHandshakes(null).result().lines()).containsExactly("no handshake failed");
  }

  @Test
  void aProgramReadsTheSame() {
    JsonNode found = new ObjectMapper().valueToTree(some(new FailedHandshakes(null)).result());
    JsonNode first = found.at("/clients/0");
    assertThat(first.path("client").asText()).isEqualTo("192.0.2.1");
    assertThat(first.path("greeting").asText()).isEqualTo("old.example");
    assertThat(first.path("cause").asText()).isEqualTo("unknown-ca");
    assertThat(first.path("count").asLong()).isEqualTo(41);
    assertThat(first.path("last").asText()).isEqualTo("1970-01-01T00:01:01Z");
    assertThat(first.path("advice").asText()).isNotEmpty();
    assertThat(found.at("/clients/1").hasNonNull("greeting")).isFalse();
    assertThat(found.path("others").asLong()).isZero();
  }

  @Test
  void theTableIsBoundedAndSaysWhatItLacks() {
    FailedHandshakes handshakes = new FailedHandshakes(null);
    for (int i = 0; i < FailedHandshakes.MOST + 5; i++) {
      handshakes.add(
          failed("2001:db8::" + Integer.toHexString(i), HandshakeFailure.HANDSHAKE_CLOSED, i)
              .build());
    }
    handshakes.add(
        MessageRefused.newBuilder().setRule("beyond-bounds").setCount(7).setFromMillis(1).build());
    FailedHandshakes.Result result = handshakes.result();
    assertThat(result.clients()).hasSize(FailedHandshakes.MOST);
    assertThat(result.others()).isEqualTo(5);
    assertThat(result.uncertain()).isEqualTo(7);
    assertThat(result.lines())
        .endsWith(
            "… and 5 handshakes of other clients: use --address, or a shorter time",
            "7 refusals are only counted in total: they may include handshakes");
  }

  @Test
  void everyCauseHasItsAdvice() {
    for (HandshakeFailure failure : HandshakeFailure.values()) {
      assertThat(HandshakeAdvice.of(failure)).as("%s", failure).endsWith(".");
    }
  }
}
