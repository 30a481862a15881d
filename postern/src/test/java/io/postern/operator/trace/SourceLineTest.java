package io.postern.operator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TrueSource;
import org.junit.jupiter.api.Test;

class SourceLineTest {
  private static SessionFacts with(TrueSource.Builder source) {
    return SessionFacts.newBuilder().setTrueSource(source).build();
  }

  @Test
  void tells_source_and_gateway_or_why_not() {
    assertThat(SourceLine.of(SessionFacts.getDefaultInstance())).isEmpty();
    assertThat(
            SourceLine.of(
                with(
                    TrueSource.newBuilder()
                        .setIp("203.0.113.7")
                        .setGreeting("mail.fabrikam.example")
                        .setGateway("192.0.2.9")
                        .setRule("efSkipIPs")
                        .setSkipped(2))))
        .containsExactly(
            "source     203.0.113.7 (mail.fabrikam.example), named by 192.0.2.9; efSkipIPs skipped 2"
                + " hosts");
    assertThat(
            SourceLine.of(
                with(
                    TrueSource.newBuilder()
                        .setRule("efSkipLastIP")
                        .setSkipped(1)
                        .setWhyNot("there is no Received field from 192.0.2.1"))))
        .containsExactly(
            "source     unknown; efSkipLastIP skipped 1 host; there is no Received field from "
                + "192.0.2.1");
  }
}
