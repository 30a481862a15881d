package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RequireTls;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6531, RFC 8689: what the envelope in the log says of a message that used an extension. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExtensionsTest {
  private static final String MESSAGE = "Subject: gr\u00fc\u00dfe\r\n\r\nBody\r\n";

  private TestServer server;
  private AcceptedLog log;

  @BeforeAll
  void start() throws Exception {
    String bootstrap = SharedBroker.empty().bootstrap();
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", bootstrap));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server = TestServer.on(bootstrap, s -> {});
    log = new AcceptedLog(settings);
  }

  @AfterAll
  void stop() {
    server.close();
    log.close();
  }

  private MessageAccepted accepted(RawClient client, String mail, String to, String content)
      throws Exception {
    client.raw((mail + "\r\n").getBytes(StandardCharsets.UTF_8)).expect("250");
    client.raw(("RCPT TO:<" + to + ">\r\n").getBytes(StandardCharsets.UTF_8)).expect("250");
    client.command("DATA", "354");
    client.raw((content + ".\r\n").getBytes(StandardCharsets.UTF_8));
    return log.of(client.expect("250"));
  }

  private String trace(MessageAccepted message) {
    return message.getContent(0).getInline().toStringUtf8();
  }

  @Test
  void an_internationalized_message_keeps_its_addresses_and_says_so_in_its_trace()
      throws Exception {
    try (RawClient client = server.greeted()) {
      MessageAccepted message =
          accepted(
              client,
              "MAIL FROM:<gr\u00e5@bl\u00e5.example> SMTPUTF8",
              "j\u00f6rg@contoso.example",
              MESSAGE);
      Envelope envelope = message.getEnvelope();
      assertThat(envelope.getSmtputf8()).isTrue();
      assertThat(envelope.getReversePath()).isEqualTo("gr\u00e5@bl\u00e5.example");
      assertThat(envelope.getRecipients(0).getAddress()).isEqualTo("j\u00f6rg@contoso.example");
      assertThat(message.getGroups(0).getOrganization()).isEqualTo("contoso");
      assertThat(message.getSession().getProtocol()).isEqualTo("UTF8SMTP");
      assertThat(trace(message))
          .contains("with UTF8SMTP\r\n")
          .contains("for <j\u00f6rg@contoso.example>");
      // The next message of the session is another one's.
      MessageAccepted next =
          accepted(client, "MAIL FROM:<a@sender.example>", "b@contoso.example", MESSAGE);
      assertThat(next.getEnvelope().getSmtputf8()).isFalse();
      assertThat(next.getSession().getProtocol()).isEqualTo("ESMTP");
      client.startTls(null);
      client.command("EHLO client.example", "250");
      MessageAccepted tls = accepted(client, "MAIL FROM:<> SMTPUTF8", "b@contoso.example", MESSAGE);
      assertThat(tls.getSession().getProtocol()).isEqualTo("UTF8SMTPS");
    }
  }

  @ParameterizedTest(name = "{0}, {1} -> {2}")
  @CsvSource({
    "'', '', REQUIRE_TLS_UNSPECIFIED",
    "'', TLS-Required: No, TLS_REQUIRED_NO",
    "'', TLS-Required: Maybe, REQUIRE_TLS_UNSPECIFIED",
    "' REQUIRETLS', '', REQUIRE_TLS_YES",
    "' REQUIRETLS', TLS-Required: No, REQUIRE_TLS_YES",
  })
  void REQUIRETLS_counts_before_the_header_field(String parameter, String field, RequireTls wanted)
      throws Exception {
    try (RawClient client = server.greeted()) {
      client.startTls(null);
      client.command("EHLO client.example", "250");
      String header = field.isEmpty() ? "" : field + "\r\n";
      MessageAccepted message =
          accepted(
              client,
              "MAIL FROM:<a@sender.example>" + parameter,
              "b@contoso.example",
              header + MESSAGE);
      assertThat(message.getEnvelope().getRequireTls()).isEqualTo(wanted);
      client.command("MAIL FROM:<a@sender.example>" + parameter, "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.raw("BDAT " + header.length() + " LAST\r\n" + header);
      MessageAccepted chunked = log.of(client.expect("250"));
      assertThat(chunked.getEnvelope().getRequireTls()).isEqualTo(wanted);
    }
  }
}
