package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestLimits;
import io.postern.ingress.TestServer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dialogue up to DATA, over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DialogueTest {
  private TestServer server;

  @BeforeAll
  void start() throws Exception {
    server = TestServer.withoutLog(s -> {});
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HELO client.example                                        | 250 mx.postern.example
          EHLO                                                       | 501 5.5.4
          NOOP                                                       | 250 2.0.0
          RSET                                                       | 250 2.0.0
          HELP                                                       | 214-2.0.0
          VRFY somebody                                              | 252 2.5.0
          VRFY somebody SMTPUTF8                                     | 252 2.5.0
          EXPN list                                                  | 500 5.5.1
          BDAT 0 LAST                                                | 503 5.5.1
          AUTH PLAIN                                                 | 500 5.5.1
          RCPT TO:<a@contoso.example>                                | 503 5.5.1
          DATA                                                       | 503 5.5.1
          MAIL FROM:<a@b.example>                                    | 250 2.1.0
          MAIL FROM:<>                                               | 250 2.1.0
          MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME            | 250 2.1.0
          MAIL FROM:<a@b.example> SIZE=10485761                      | 552 5.3.4
          MAIL FROM:<a@b.example> SIZE=99999999999999999999          | 552 5.3.4
          MAIL FROM:<a@b.example> SIZE=x                             | 501 5.5.4
          MAIL FROM:<a@b.example> BODY=BINARYMIME                    | 250 2.1.0
          MAIL FROM:<a@b.example> BODY=9BIT                          | 501 5.5.4
          MAIL FROM:<a@b.example> FOO=BAR                            | 555 5.5.4
          MAIL FROM:<a@b.example> SMTPUTF8                           | 250 2.1.0
          MAIL FROM:<a@b.example> SMTPUTF8=yes                       | 501 5.5.4 MAIL: SMTPUTF8
          MAIL FROM:<a@b.example> REQUIRETLS                         | 530 5.7.10 MAIL: REQUIRETLS needs
          MAIL FROM:<a@b.example> REQUIRETLS=no                      | 501 5.5.4 MAIL: REQUIRETLS
          MAIL FROM:<a@b.example> RET=hdrs ENVID=QQ+2B314159         | 250 2.1.0
          MAIL FROM:<a@b.example> RET=SOME                           | 501 5.5.4 MAIL: RET
          MAIL FROM:<a@b.example> RET                                | 501 5.5.4 MAIL: RET
          MAIL FROM:<a@b.example> ENVID=                             | 501 5.5.4 MAIL: ENVID
          MAIL FROM:<a@b.example> ENVID=a+2                          | 501 5.5.4 MAIL: ENVID
          MAIL FROM:<a@b.example> ENVID=a+00                         | 501 5.5.4 MAIL: ENVID
          MAIL FROM:<a@b.example> NOTIFY=NEVER                       | 555 5.5.4
          MAIL a@b.example                                           | 50
          MAIL FROM:<a@[192.0.2.1]>                                  | 250 2.1.0
          MAIL FROM:<a@under_score.example>                          | 250 2.1.0
          QUIT                                                       | 221 2.0.0
          """)
  void command_after_EHLO_gets_its_reply(String command, String reply) throws Exception {
    try (RawClient client = server.greeted()) {
      assertThat(client.command(command)).startsWith(reply);
    }
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          NOTIFY=NEVER                                 | 250 2.1.5
          NOTIFY=success,failure,delay                 | 250 2.1.5
          NOTIFY=DELAY ORCPT=rfc822;ann+2Bb@a.example  | 250 2.1.5
          ORCPT=x400;/C=de                             | 250 2.1.5
          NOTIFY=NEVER,DELAY                           | 501 5.5.4 RCPT: NOTIFY
          NOTIFY=SUCCESS,SUCCESS                       | 501 5.5.4 RCPT: NOTIFY
          NOTIFY=                                      | 501 5.5.4 RCPT: NOTIFY
          NOTIFY                                       | 501 5.5.4 RCPT: NOTIFY
          NOTIFY=ALWAYS                                | 501 5.5.4 RCPT: NOTIFY
          ORCPT=ann@a.example                          | 501 5.5.4 RCPT: ORCPT
          ORCPT=rfc822;a+0D+0ARCPT                     | 501 5.5.4 RCPT: ORCPT
          ORCPT=rfc822;a+0                             | 501 5.5.4 RCPT: ORCPT
          RET=FULL                                     | 555 5.5.4
          FOO=BAR                                      | 555 5.5.4
          """)
  void RCPT_parameters_get_their_reply(String parameters, String reply) throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      assertThat(client.command("RCPT TO:<a@contoso.example> " + parameters)).startsWith(reply);
    }
  }

  @Test
  void ENVID_has_at_most_100_octets_and_ORCPT_500() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example> ENVID=" + "e".repeat(101), "501 5.5.4");
      client.command("MAIL FROM:<a@b.example> ENVID=" + "e".repeat(100), "250");
      String orcpt = "RCPT TO:<a@contoso.example> ORCPT=rfc822;";
      client.command(orcpt + "o".repeat(494), "501 5.5.4");
      client.command(orcpt + "o".repeat(493), "250");
    }
  }

  @Test
  void EHLO_announces_the_extensions_and_STARTTLS_only_before_TLS() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.expect("220 mx.postern.example ESMTP");
      String plain = client.command("EHLO client.example");
      assertThat(plain.lines().map(l -> l.substring(4)).skip(1))
          .containsExactly(
              "PIPELINING",
              "SIZE 10485760",
              "8BITMIME",
              "ENHANCEDSTATUSCODES",
              "DSN",
              "SMTPUTF8",
              "CHUNKING",
              "BINARYMIME",
              "LIMITS RCPTMAX=1000 MAILMAX=1000",
              "STARTTLS");
      client.startTls(null);
      assertThat(client.command("EHLO client.example"))
          .contains("PIPELINING", "REQUIRETLS")
          .doesNotContain("STARTTLS");
      assertThat(client.command("STARTTLS")).startsWith("503 5.5.1");
    }
  }

  @Test
  void MAIL_before_EHLO_and_a_second_MAIL_are_out_of_order() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.expect("220");
      client.command("MAIL FROM:<a@b.example>", "503 5.5.1");
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@b.example>", "250");
      client.command("MAIL FROM:<a@b.example>", "503 5.5.1");
      client.command("DATA", "503 5.5.1");
      client.command("RSET", "250");
      client.command("RCPT TO:<a@contoso.example>", "503 5.5.1");
    }
  }

  @Test
  void EHLO_resets_the_transaction() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      client.command("EHLO again.example", "250");
      client.command("RCPT TO:<a@contoso.example>", "503 5.5.1");
    }
  }

  @Test
  void STARTTLS_forgets_greeting_and_transaction() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      client.startTls(null);
      client.command("MAIL FROM:<a@b.example>", "503 5.5.1");
      client.command("EHLO client.example", "250");
      client.command("RCPT TO:<a@contoso.example>", "503 5.5.1");
    }
  }

  @Test
  void plaintext_that_comes_with_STARTTLS_is_thrown_away() throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("STARTTLS\r\nEHLO injected.example\r\nMAIL FROM:<injected@b.example>\r\n");
      client.expect("220");
      client.handshake(null);
      client.command("NOOP", "250 2.0.0"); // the next reply is this command's
      client.command("RCPT TO:<a@contoso.example>", "503 5.5.1");
    }
  }

  @Test
  void STARTTLS_with_a_parameter_is_a_syntax_error() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("STARTTLS now", "501 5.5.4");
    }
  }

  @Test
  void no_TLS_after_220_ends_the_session() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("STARTTLS", "220");
      client.raw("EHLO not-tls.example\r\n");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void a_pipelined_group_gets_its_replies_in_order() throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw(
          "MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\nRCPT TO:<a@elsewhere.example>\r\nRSET\r\nNOOP\r\n");
      client.expect("250 2.1.0");
      client.expect("250 2.1.5");
      client.expect("550 5.");
      client.expect("250 2.0.0");
      client.expect("250 2.0.0");
    }
  }

  @Test
  void a_line_of_2049_octets_is_refused_and_the_session_goes_on() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("NOOP " + "x".repeat(5_000), "500 5.5.2");
      client.command("NOOP", "250");
    }
  }

  @Test
  void octets_beyond_ASCII_in_a_command_are_refused_with_the_reason() throws Exception {
    try (RawClient client = server.greeted()) {
      assertThat(client.command("M\u00e4IL FROM:<a@b.example>")).startsWith("500 5.5.2");
      assertThat(client.command("MAIL FROM:<\u00e4@b.example>")).startsWith("501 5.5.2");
      client.raw("MAIL FROM:<\u00c3\u00a4@b.example>\r\n"); // correct UTF-8
      assertThat(client.reply()).startsWith("553 5.6.7").contains("the parameter SMTPUTF8");
      client.raw("VRFY \u00c3\u00a4\r\n");
      assertThat(client.reply()).startsWith("553 5.6.7");
      client.command("MAIL FROM:<a@b.example>", "250");
      client.raw("RCPT TO:<\u00c3\u00a4@contoso.example>\r\n");
      assertThat(client.reply()).startsWith("553 5.6.7");
      client.raw("RCPT TO:<b@contoso.example> ORCPT=utf-8;\u00c3\u00a4@x.example\r\n");
      assertThat(client.reply()).startsWith("501 5.5.4 RCPT: ORCPT");
      client.command("RCPT TO:<b@contoso.example> ORCPT=utf-8;\\x{E4}@x.example", "250");
    }
  }

  @Test
  void SMTPUTF8_and_REQUIRETLS_are_for_those_who_have_seen_the_offer() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.expect("220");
      client.command("HELO client.example", "250");
      client.command("MAIL FROM:<a@b.example> SMTPUTF8", "555 5.5.4 MAIL: SMTPUTF8");
      client.startTls(null);
      client.command("HELO client.example", "250");
      client.command("MAIL FROM:<a@b.example> REQUIRETLS", "555 5.5.4 MAIL: REQUIRETLS");
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@b.example> REQUIRETLS", "250");
    }
  }

  @Test
  void with_SMTPUTF8_addresses_may_be_UTF_8_and_a_domain_is_accepted_in_either_form()
      throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<\u00c3\u00a4@bl\u00c3\u00a5.example> SMTPUTF8\r\n");
      client.expect("250");
      client.raw("RCPT TO:<\u00c3\u00a4@contoso.example>\r\n");
      client.expect("250");
      client.raw("RCPT TO:<b@contoso\u3002example>\r\n".replace("\u3002", "\u00e3\u0080\u0082"));
      client.expect("250"); // UTS 46 reads the ideographic full stop as a dot
      client.raw("RCPT TO:<b@contoso.example> ORCPT=utf-8;\u00c3\u00a4@x.example\r\n");
      client.expect("250");
      client.raw("RCPT TO:<b@bl\u00c3\u00a5.example>\r\n");
      client.expect("550");
    }
  }

  @Test
  void the_twentieth_bad_command_ends_the_session() throws Exception {
    try (RawClient client = server.greeted()) {
      for (int i = 1; i < TestLimits.DEFAULT.service().badCommands(); i++) {
        client.command("WHAT", "500 5.5.1");
      }
      client.command("WHAT", "421 4.7.0");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void the_recipient_beyond_a_thousand_gets_452() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      for (int i = 0; i < TestLimits.DEFAULT.recipients(); i++) {
        client.command("RCPT TO:<r" + i + "@contoso.example>", "250");
      }
      client.command("RCPT TO:<r5@contoso.example>", "250"); // once more is no more
      client.command("RCPT TO:<late@contoso.example>", "452 4.5.3");
    }
  }

  @Test
  void G6_recipients_beyond_the_memory_for_all_get_452_until_a_transaction_ends() throws Exception {
    try (TestServer small =
            TestServer.withoutLog(
                s -> {
                  s.recipientMemory = 4_000;
                  s.memoryPercentOfSource = 100;
                });
        RawClient first = small.greeted();
        RawClient second = small.greeted()) {
      first.command("MAIL FROM:<a@b.example>", "250");
      int taken = 0;
      while (first.command("RCPT TO:<r" + taken + "@contoso.example>").startsWith("250")) {
        assertThat(++taken).isLessThan(100);
      }
      assertThat(taken).isPositive();
      assertThat(small.refusals.getLast().getRule()).isEqualTo("memory");
      second.command("MAIL FROM:<a@b.example>", "250");
      second.command("RCPT TO:<r@contoso.example>", "452 4.3.1");
      first.command("RSET", "250");
      second.command("RCPT TO:<r@contoso.example>", "250");
      second.vanish();
      Awaitility.await().until(() -> small.memory.freeRecipientBytes() == 4_000);
    }
  }

  @Test
  void DATA_without_a_valid_recipient_gets_554() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      client.command("RCPT TO:<a@elsewhere.example>", "550");
      client.command("DATA", "554 5.5.1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]",
        "a@under_score.example",
        "a@localhost",
        "a@sub.contoso.example",
        "\"quoted @ local\"@elsewhere.example",
      })
  void a_recipient_of_nobodys_domain_is_refused(String address) throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@[192.0.2.1]>", "250");
      client.command("RCPT TO:<" + address + ">", "550");
    }
  }

  @Test
  void any_words_in_any_order_get_replies_and_never_a_fault() throws Exception {
    String[] words = {
      "EHLO",
      "MAIL",
      "RCPT",
      "DATA",
      "RSET",
      "NOOP",
      "FROM:",
      "TO:",
      "<",
      ">",
      "@",
      "a",
      " ",
      ".",
      "[",
      "]",
      ":",
      "contoso.example",
      "\"",
      "\\",
      "SIZE=",
      "BODY=",
      "9",
      "\t",
      "\u00e4",
      "\u0000",
      "-",
      "_",
      "<a@b.example>",
    };
    Random random = new Random(11);
    for (int session = 0; session < 300; session++) {
      StringBuilder lines = new StringBuilder("EHLO x\r\nMAIL FROM:<a@b.example>\r\n");
      for (int line = 0; line < 15; line++) {
        for (int word = random.nextInt(8); word >= 0; word--) {
          lines.append(words[random.nextInt(words.length)]);
        }
        lines.append("\r\n");
      }
      try (RawClient client = new RawClient(server.port())) {
        client.expect("220");
        client.raw(lines + "QUIT\r\n");
        String reply = client.reply();
        while (!reply.startsWith("221")
            && !reply.startsWith("421")
            && !reply.endsWith("closing the session" + reference(reply))) {
          assertThat(reply).matches("(?s)[2-5]\\d\\d[ -].*");
          reply = client.reply();
        }
      }
    }
    assertThat(server.count("postern.ingress.sessions.failed")).isZero();
  }

  private static String reference(String reply) {
    int begin = reply.lastIndexOf(" (reference ");
    return begin < 0 ? "" : reply.substring(begin);
  }

  @Test
  void postmaster_without_a_domain_is_taken() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<>", "250");
      client.command("RCPT TO:<Postmaster>", "250");
    }
  }

  /** RFC 5321 §4.5.1: it must be supported, also where no operator has set an address. */
  @ParameterizedTest
  @CsvSource({
    "mx.gate.contoso.example, postmaster@contoso.example",
    "Fabrikam.example, postmaster@fabrikam.example",
    "mx.outside.example, ",
    "localhost, ",
  })
  void postmaster_goes_to_the_domain_of_the_host_name_where_no_address_is_set(
      String hostName, @Nullable String mailbox) throws Exception {
    try (TestServer own =
            TestServer.withoutLog(
                s -> {
                  s.limits.hostName = hostName;
                  s.limits.postmaster = null;
                });
        RawClient client = own.greeted()) {
      client.command("MAIL FROM:<>", "250");
      if (mailbox == null) {
        client.command("RCPT TO:<postmaster>", "550 5.1.1 No postmaster is configured here");
        assertThat(own.refusals.getLast().getRule()).isEqualTo("postmaster");
      } else {
        client.command("RCPT TO:<PostMaster>", "250 2.1.5 Recipient OK");
        client.command("RCPT TO:<" + mailbox + ">", "250 2.1.5 Recipient OK, duplicate");
      }
    }
  }

  @Test
  void a_directory_that_is_not_read_to_its_end_means_451_at_MAIL() throws Exception {
    try (TestServer blind = TestServer.withoutLog(s -> s.directory = Optional::empty);
        RawClient client = blind.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "451 4.3.0");
      assertThat(blind.refusals.getLast().getRule()).isEqualTo("directory-unavailable");
    }
  }

  @Test
  void a_refusal_is_recorded_with_command_rule_and_explanation() throws Exception {
    try (TestServer own = TestServer.withoutLog(s -> {});
        RawClient client = own.greeted()) {
      client.command("MAIL FROM:<ceo@tls-partner.example>", "250");
      String reply = client.command("RCPT TO:<a@contoso.example>");
      MessageRefused refused = own.refusals.getLast();
      assertThat(reply)
          .isEqualTo(
              "%d %s %s (reference %s)"
                  .formatted(
                      refused.getCode(),
                      refused.getEnhancedCode(),
                      refused.getText(),
                      refused.getReference()));
      assertThat(refused.getCommand()).isEqualTo("RCPT");
      assertThat(refused.getRule()).isEqualTo("requireTls");
      assertThat(refused.getOrganization()).isEqualTo("contoso");
      assertThat(refused.getConnector()).isEqualTo("From TLS partner");
      assertThat(refused.getReversePath()).isEqualTo("ceo@tls-partner.example");
      assertThat(refused.getRecipient()).isEqualTo("a@contoso.example");
      assertThat(refused.getExplanation().getStepsList()).isNotEmpty();
      assertThat(refused.getSession().getClientIp()).isEqualTo("127.0.0.1");
      assertThat(refused.getAtMillis()).isPositive();
      assertThat(
              own.count(
                  "postern.ingress.refusals",
                  "code",
                  String.valueOf(refused.getCode()),
                  "enhanced",
                  refused.getEnhancedCode()))
          .isEqualTo(1);
    }
  }

  @Test
  void a_fault_of_the_client_is_recorded_as_well() throws Exception {
    try (TestServer own = TestServer.withoutLog(s -> {});
        RawClient client = own.greeted()) {
      client.command("WHAT", "500");
      client.command("DATA", "503");
      client.command("NOOP " + "x".repeat(5_000), "500 5.5.2");
      assertThat(own.refusals)
          .extracting(MessageRefused::getRule)
          .isEqualTo(List.of("syntax", "sequence", "syntax"));
    }
  }
}
