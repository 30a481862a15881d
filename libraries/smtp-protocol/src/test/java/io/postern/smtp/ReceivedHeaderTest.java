package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReceivedHeaderTest {
  private static final Instant AT = Instant.parse("2026-11-05T09:08:07Z");

  @Test
  void tellsProtocolVersionAndCipher() {
    SessionFacts session =
        SessionFacts.newBuilder()
            .setClientIp("192.0.2.9")
            .setGreeting("mx.fabrikam.example")
            .setServerName("relay.contoso.example")
            .setProtocol("ESMTPS")
            .setTls(true)
            .setTlsFacts(
                TlsFacts.newBuilder()
                    .setVersion(TlsVersion.TLS_1_3)
                    .setCipherSuite("TLS_AES_256_GCM_SHA384"))
            .build();
    assertThat(text(session, Address.parse("a@contoso.example")))
        .isEqualTo(
            "Received: from mx.fabrikam.example ([192.0.2.9])\r\n"
                + "\tby relay.contoso.example (Postern) with ESMTPS\r\n"
                + "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384)\r\n"
                + "\tid 0abc\r\n"
                + "\tfor <a@contoso.example>;\r\n"
                + "\tThu, 5 Nov 2026 09:08:07 +0000\r\n");
  }

  @Test
  void aGreetingCannotMakeAHeader() {
    SessionFacts session =
        SessionFacts.newBuilder()
            .setClientIp("2001:db8::1")
            .setGreeting("x)\r\nBcc: y")
            .setServerName("relay.example")
            .setProtocol("SMTP")
            .build();
    assertThat(text(session, null))
        .startsWith(
            "Received: from x???Bcc:?y ([IPv6:2001:db8::1])\r\n\tby relay.example (Postern) with SMTP\r\n\tid 0abc;\r\n");
  }

  @Test
  void aRecipientIsInUtf8OnlyWhereItHasNoOtherForm() {
    SessionFacts session =
        SessionFacts.newBuilder().setClientIp("192.0.2.9").setProtocol("UTF8SMTPS").build();
    assertThat(text(session, Address.parse("a@blå.example")))
        .contains(" with UTF8SMTPS\r\n")
        .contains("\r\n\tfor <a@xn--bl-zia.example>;\r\n");
    assertThat(text(session, Address.parse("grå@blå.example")))
        .contains("\r\n\tfor <grå@xn--bl-zia.example>;\r\n");
  }

  private static String text(
      SessionFacts session, @org.jspecify.annotations.Nullable Address recipient) {
    return new String(ReceivedHeader.build(session, "0abc", recipient, AT), StandardCharsets.UTF_8);
  }
}
